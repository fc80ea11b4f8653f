// Two configs with one target name: each target has a name of its own for ssh.
#include "ensure/ssh_names.hpp"

#include "config/parse.hpp"
#include "ide/known_hosts.hpp"
#include "ide/wanted.hpp"
#include "settings/ledger.hpp"
#include "support/fake_file_store.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace helper::ensure {
namespace {

const Paths k_paths{"/home/me", "/run/me", "/data/helper", "/state", "/config.json"};
const ConfigTarget k_first{"/home/me/one/helper.json", "dev"};
const ConfigTarget k_second{"/home/me/two/helper.json", "dev"};

bool nobody_is_gone(const ConfigTarget&) { return false; }

std::string name_of(const Places& places, const ConfigTarget& target, const std::string& container = "b",
                    const std::function<bool(const ConfigTarget&)>& is_gone = nobody_is_gone) {
  return ssh_name_of(places, target, "gpu1", container, is_gone);
}

TEST(SshNames, IsTheTargetsOwnWhileNobodyHasIt) {
  EXPECT_EQ(name_of({}, k_first), "dev");
  EXPECT_EQ(name_of({{k_first, {"dev", "gpu1", "a"}}}, k_first), "dev");
}

TEST(SshNames, OfASecondTargetOfThatNameHasANumber) {
  Places places{{k_first, {"dev", "gpu1", "a"}}};
  EXPECT_EQ(name_of(places, k_second), "dev-2");
  places[{"/home/me/one/helper.json", "dev-2"}] = {"dev-2", "gpu1", "c"};
  EXPECT_EQ(name_of(places, k_second), "dev-3");
}

TEST(SshNames, IsOneForTwoTargetsThatLeadToOneContainer) {
  const Places places{{k_first, {"dev", "gpu1", "a"}}};
  EXPECT_EQ(name_of(places, k_second, "a"), "dev");
  EXPECT_EQ(ssh_name_of(places, k_second, "gpu2", "a", nobody_is_gone), "dev-2");
}

TEST(SshNames, IsKeptWhenTheFirstOneGoes) {
  const Places places{{k_first, {"dev", "gpu1", "a"}}, {k_second, {"dev-2", "gpu1", "b"}}};
  EXPECT_EQ(name_of(places, k_second, "b", [](const auto& each) { return each == k_first; }), "dev-2");
}

TEST(SshNames, OfATargetThatIsGoneIsFree) {
  EXPECT_EQ(name_of({{k_first, {"dev", "gpu1", "a"}}}, k_second, "b", [](const auto& each) { return each == k_first; }),
            "dev");
}

TEST(LocalPorts, AreNotThoseThatOthersHave) {
  std::set<std::uint16_t> taken;
  const auto first = local_port_of({}, 40'000, taken);
  ASSERT_TRUE(first);
  EXPECT_NE(local_port_of({}, 40'000, taken), first) << "in one config";
  taken.clear();
  EXPECT_NE(local_port_of({{k_first, {"dev", "gpu1", "a", {{"ssh", *first}}}}}, 40'000, taken), first);
}

// A config with one target "dev", as the person who has that id and name uses it.
class OwnNames : public testing::Test {
 protected:
  void SetUp() override { be("anna"); }
  void be(const std::string& name) {
    ASSERT_TRUE(files_.write(k_paths.owner_file(),
                             R"({"id": "0123456789abcdef0123456789abcdef", "name": ")" + name + "\"}", 0600));
  }
  config::Target give(const std::string& container) {
    const auto config = config::parse_config(
        R"({"targets": {"dev": {"container": )" + container + R"(, "jupyter": {}}}})", k_first.file);
    if (!config) throw std::runtime_error(to_text(config.error()));
    config::Target target = config->targets.at("dev");
    const auto kept = LocalPlaces(k_paths, files_).keep(target, *config);
    if (!kept) throw std::runtime_error(to_text(kept.error()));
    return target;
  }
  helper::test::FakeFileStore files_;
};

TEST_F(OwnNames, AreThoseOfContainersThatHaveNoneInTheConfig) {
  EXPECT_EQ(give(R"({"image": "i", "name": "mine"})").container.name, "mine");
  EXPECT_EQ(give(R"({"image": "i"})").container.name, "anna-dev");
  be("Berta");
  EXPECT_EQ(give(R"({"image": "i"})").container.name, "anna-dev") << "it is there already";
}

TEST_F(OwnNames, NeedAPerson) {
  be("root");
  EXPECT_EQ(give(R"({"image": "i"})").container.name, "dev");
}

TEST_F(OwnNames, AreNotForContainersFromBefore) {
  const auto pinned =
      ide::with_host_keys("", "dev", 2222, {"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHostKeyOfTheContainer"});
  ASSERT_TRUE(pinned);
  ASSERT_TRUE(files_.write(k_paths.known_hosts(), *pinned, 0600));
  EXPECT_EQ(give(R"({"image": "i"})").container.name, "dev");
}

TEST_F(OwnNames, InASharedContainerAreAUserAndAPort) {
  be("Anna.Berg");
  const auto target = give(R"({"image": "i", "name": "lab", "share": true})");
  EXPECT_EQ(target.ssh.user, "annaberg");
  EXPECT_GE(target.jupyter->port, 20'000);
  EXPECT_LT(target.jupyter->port, 30'000);
  be("root");
  EXPECT_EQ(give(R"({"image": "i", "name": "lab", "share": true})").ssh.user, "user-012345");
}

TEST(Places, AreReadAsTheyWereWritten) {
  helper::test::FakeFileStore files;
  ASSERT_TRUE(read_places(files, k_paths));
  EXPECT_TRUE(read_places(files, k_paths)->empty());
  const Places places{{k_first, {"dev", "gpu1", "a"}}, {k_second, {"dev-2", "gpu1", "b", {{"ssh", 2223}}}}};
  ASSERT_TRUE(write_places(files, k_paths, places));
  EXPECT_EQ(files.files().at(k_paths.ssh_names()).mode, 0600U);
  ASSERT_TRUE(read_places(files, k_paths));
  EXPECT_EQ(*read_places(files, k_paths), places);
}

TEST(Places, ThatAreLostAreThoseOfTheSettingsThatWereApplied) {
  helper::test::FakeFileStore files;
  settings::Ledger ledger;
  for (const auto& [target, name] : {std::pair(k_first, "dev-2"), std::pair(k_second, "dev")}) {
    ide::Access access;
    access.target = target.name;
    access.ssh_name = name;
    ledger.put_target({ide::make_wanted(access, "/usr/bin/helper", target.file, "/home/me"), true, false, false, ""});
  }
  ASSERT_TRUE(files.write(k_paths.settings_ledger(), settings::to_text(ledger), 0600));
  const auto places = read_places(files, k_paths);
  ASSERT_TRUE(places) << to_text(places.error());
  EXPECT_EQ(name_of(*places, k_first, "a"), "dev-2") << "the names do not swap";
  EXPECT_EQ(name_of(*places, k_second, "b"), "dev");
  EXPECT_EQ(name_of(*places, {"/home/me/three/helper.json", "dev"}, "c"), "dev-3");
  ASSERT_TRUE(files.write(k_paths.settings_ledger(), "{", 0600));
  EXPECT_TRUE(read_places(files, k_paths)->empty());
}

TEST(Places, ThatCannotBeReadAreAnErrorWithAWayOut) {
  const std::string whole = R"({"config": "/a", "target": "t", "ssh_name": "t", "server": "s", "container": "c")";
  helper::test::FakeFileStore files;
  for (const std::string& bad :
       {std::string("{"), std::string("{}"), std::string("[1]"), std::string(R"([{"config": "/a"}])"),
        "[" + whole + R"(, "ports": 7}])", "[" + whole + R"(, "ports": {"ssh": 0}}])",
        "[" + whole + R"(, "ports": {"ssh": "x"}}])"}) {
    ASSERT_TRUE(files.write(k_paths.ssh_names(), bad, 0600));
    const auto places = read_places(files, k_paths);
    ASSERT_FALSE(places) << bad;
    EXPECT_EQ(places.error().code, ErrorCode::file_failed);
    EXPECT_NE(places.error().fix.find("mv /data/helper/ssh_names.json"), std::string::npos);
  }
}

}  // namespace
}  // namespace helper::ensure
