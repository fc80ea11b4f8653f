#include "rpc/types.hpp"
#include "unit/cli/desk.hpp"

#include <gtest/gtest.h>

namespace helper::cli {
namespace {

using test::Desk;
namespace outcome = settings::outcome;

settings::Report a_report() {
  settings::Report report;
  report.target = "centernet";
  report.ides = {{"PyCharm2026.1", "/c/PyCharm2026.1", true, true, 4711}, {"PyCharm2024.3", "/c/PyCharm2024.3"}};
  report.files = {{"PyCharm2024.3", "/c/PyCharm2024.3/options/sshConfigs.xml", outcome::k_written},
                  {"PyCharm2024.3", "/c/PyCharm2024.3/options/jdk.table.xml", outcome::k_unchanged},
                  {"project", "/p/.idea/misc.xml", outcome::k_written},
                  {"PyCharm2026.1", "/c/PyCharm2026.1/options/sshConfigs.xml", outcome::k_prepared}};
  return report;
}

test::FakeDaemon::Script answers(const settings::Report& report) {
  return {.events = {}, .result = rpc::to_json(report), .meanwhile = {}};
}

TEST(Settings, AreAppliedAndToldFileByFileUnderTheirOwners) {
  Desk desk;
  desk.daemon.will_answer("settings.apply", answers(a_report()));
  ASSERT_EQ(desk.run({"settings", "apply", "centernet", "--ide", "PyCharm", "--now", "--follow-links",
                      "--no-ssh-config", "--project", "sub/"})
                .value_or(-1),
            0);
  const auto& params = desk.daemon.asked().front().params;
  EXPECT_EQ(params.at("target"), "centernet");
  EXPECT_EQ(params.at("ides"), "PyCharm");
  EXPECT_EQ(params.at("now"), true);
  EXPECT_EQ(params.at("follow_links"), true);
  EXPECT_EQ(params.at("ssh_config"), false);
  EXPECT_EQ(params.at("project"), (desk.folder.path() / "sub").string());
  EXPECT_EQ(desk.out.str(),
            "PyCharm2024.3 in /c/PyCharm2024.3\n"
            "  ✓ /c/PyCharm2024.3/options/sshConfigs.xml: is written\n"
            "project\n"
            "  ✓ /p/.idea/misc.xml: is written\n"
            "PyCharm2026.1 in /c/PyCharm2026.1 (it runs, process 4711)\n"
            "  → /c/PyCharm2026.1/options/sshConfigs.xml: is prepared, and written when its IDE closes\n"
            "1 other file unchanged\n"
            "note: close the IDE to have the rest written, or run this again with --now\n");
}

TEST(Settings, ThatAreAsTheyShouldBeAreOnlyCounted) {
  Desk desk;
  settings::Report report;
  report.target = "centernet";
  report.files = {{"ssh", "/h/.ssh/config", outcome::k_unchanged}, {"ssh", "/h/ssh_config", outcome::k_unchanged}};
  desk.daemon.will_answer("settings.apply", answers(report));
  ASSERT_EQ(desk.run({"settings", "apply"}).value_or(-1), 0);
  EXPECT_EQ(desk.out.str(), "centernet: nothing to do, 2 files looked at\n");
}

TEST(Settings, ThatAreLeftEndWithTheirErrorsStatus) {
  Desk desk;
  settings::Report report;
  report.target = "centernet";
  const Error broken{ErrorCode::settings_unreadable, "/c/f.xml", "it does not parse", "fix it"};
  report.files = {{"PyCharm2026.1", "/c/f.xml", outcome::k_left, "", broken}};
  desk.daemon.will_answer("settings.apply", answers(report));
  EXPECT_EQ(desk.run({"settings", "apply"}).value_or(-1), 10);
  EXPECT_NE(desk.err.str().find("settings.unreadable"), std::string::npos);
}

TEST(Settings, AreShownAsADiffAndUndone) {
  Desk desk;
  settings::Report report;
  report.target = "centernet";
  report.dry_run = true;
  report.files = {
      {"ssh", "/h/.ssh/config", outcome::k_written, "--- /dev/null\n+++ /h/.ssh/config\n@@ -0,0 +1 @@\n+Include x\n"}};
  desk.daemon.will_answer("settings.diff", answers(report));
  ASSERT_EQ(desk.run({"settings", "diff"}).value_or(-1), 0);
  EXPECT_EQ(
      desk.out.str(),
      "ssh\n  → /h/.ssh/config: would be written\n--- /dev/null\n+++ /h/.ssh/config\n@@ -0,0 +1 @@\n+Include x\n");
  desk.out.str("");
  report.files = {{"ssh", "/h/c", outcome::k_written, "--- /h/c\n+++ /h/c\n@@ -1 +1,2 @@\n+Include x\r\n Host a\r\n"}};
  desk.daemon.will_answer("settings.diff", answers(report));
  ASSERT_EQ(desk.run({"settings", "diff"}).value_or(-1), 0);
  EXPECT_EQ(desk.out.str(),
            "ssh\n  → /h/c: would be written\n--- /h/c\n+++ /h/c\n@@ -1 +1,2 @@\n+Include x\r\n Host a\r\n")
      << "patch(1) needs the line ends of the file";
  desk.out.str("");
  report.dry_run = false;
  report.files = {{"ssh", "/h/.ssh/config", outcome::k_restored},
                  {"ssh", "/h/x", outcome::k_edited},
                  {"ssh", "/h/y", outcome::k_removed}};
  desk.daemon.will_answer("settings.undo", answers(report));
  ASSERT_EQ(desk.run({"settings", "undo"}).value_or(-1), 0);
  EXPECT_EQ(desk.out.str(),
            "ssh\n  ✓ /h/.ssh/config: is as it was before\n"
            "  ✓ /h/x: our entries are taken out; others wrote the file since\n"
            "  ✓ /h/y: is removed\n");
}

TEST(Settings, TakeATargetInPlaceOfAnAction) {
  Desk desk;
  ide::Access access;
  access.target = access.ssh_name = "centernet";
  access.key_file = access.known_hosts = "/k";
  desk.daemon.will_answer("settings", {.events = {}, .result = rpc::to_json(access), .meanwhile = {}});
  EXPECT_EQ(desk.run({"settings", "centernet", "--format", "ssh-config"}).value_or(-1), 0);
  EXPECT_EQ(desk.daemon.asked().front().params.at("target"), "centernet");
}

TEST(Settings, RefuseAMistypedActionAndOptionsThatShowDoesNotHave) {
  Desk desk;
  const auto mistyped = desk.run({"settings", "aply", "centernet"});
  ASSERT_FALSE(mistyped);
  EXPECT_EQ(mistyped.error().code, ErrorCode::usage);
  EXPECT_NE(mistyped.error().cause.find("did you mean apply?"), std::string::npos);
  EXPECT_FALSE(desk.run({"settings", "--dry-run"}));
  EXPECT_FALSE(desk.run({"settings", "centernet", "--now"}));
}

}  // namespace
}  // namespace helper::cli
