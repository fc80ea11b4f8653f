#include "settings/ledger.hpp"

#include "settings/pending.hpp"

#include <gtest/gtest.h>

namespace helper::settings {
namespace {

// No member is at its default, so that one which is not written is seen.
ide::Wanted a_wish() {
  ide::Wanted wanted;
  wanted.access = {"centernet", "127.0.0.1", 2222,   "root", "/k", "/kh", "helper-centernet",
                   "/py",       "3.11.2",    "/opt", "why",  "/l", "/r",  8888};
  wanted.name = "centernet of p";
  wanted.ssh_id = "a";
  wanted.server_id = "b";
  wanted.sdk_id = "c";
  wanted.helper = "/bin/helper";
  wanted.config_file = "/p/helper.json";
  wanted.home = "/home/u";
  wanted.upload = true;
  wanted.date = 1'767'225'600'000;
  wanted.script = "train.py";
  return wanted;
}

TEST(Ledger, ComesBackFromItsText) {
  Ledger ledger;
  ledger.targets = {{a_wish(), true, true, true, "now"}};
  ledger.records = {
      {{ide::FileKind::jdk_table, "/c/options/jdk.table.xml", "PyCharm2026.1", "/c"},
       "abc",
       false,
       "def",
       {"/c/options"},
       {"centernet of p"},
       "now"},
      {{std::nullopt, "/home/u/.ssh/config", k_ssh, {}}, std::nullopt, true, "def", {}, {"centernet of p"}, "now"}};
  const auto back = parse_ledger(to_text(ledger), "/ledger");
  ASSERT_TRUE(back) << to_text(back.error());
  EXPECT_EQ(back->targets, ledger.targets);
  EXPECT_EQ(back->records, ledger.records);
}

TEST(Ledger, HoldsNoTokenOfJupyter) {
  Ledger ledger;
  ledger.targets = {{a_wish(), true, false, false, "now"}};
  ledger.targets.front().wanted.access.jupyter_url = "http://127.0.0.1/?token=hunter2";
  EXPECT_EQ(to_text(ledger).find("hunter2"), std::string::npos);
}

TEST(Ledger, ThatNamesAKindOfFileThatIsNotKnownIsRefused) {
  std::string text =
      to_text(Ledger{{}, {{{ide::FileKind::misc, "/f", "project", {}}, std::nullopt, true, "", {}, {}, ""}}});
  text.replace(text.find("\"misc\""), 6, "\"mist\"");
  const auto parsed = parse_ledger(text, "/ledger");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().thing, "/ledger");
}

TEST(Pending, ComesBackFromItsTextAndTheLaterEntryCounts) {
  std::vector<Pending> pending;
  put_pending(pending, {Pending::What::apply, a_wish(), "/c", 17, "then"});
  put_pending(pending, {Pending::What::undo, a_wish(), "/c", 18, "now"});
  put_pending(pending, {Pending::What::apply, a_wish(), "/d", 19, "now"});
  ASSERT_EQ(pending.size(), 2U);
  EXPECT_EQ(parse_pending(to_text(pending), "/pending").value(), pending);
  EXPECT_FALSE(parse_pending("nonsense", "/pending"));
}

}  // namespace
}  // namespace helper::settings
