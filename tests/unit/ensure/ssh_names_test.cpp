// Two configs with one target name: each target has a name of its own for ssh.
#include "ensure/ssh_names.hpp"

#include "support/fake_file_store.hpp"

#include <gtest/gtest.h>

namespace helper::ensure {
namespace {

const Paths k_paths{"/home/me", "/run/me", "/data/helper", "/state", "/config.json"};
const ConfigTarget k_first{"/home/me/one/helper.json", "dev"};
const ConfigTarget k_second{"/home/me/two/helper.json", "dev"};

bool nobody_is_gone(const ConfigTarget&) { return false; }

TEST(SshNames, IsTheTargetsOwnWhileNobodyHasIt) {
  EXPECT_EQ(ssh_name_of({}, k_first, nobody_is_gone), "dev");
  EXPECT_EQ(ssh_name_of({{"dev", {k_first}}}, k_first, nobody_is_gone), "dev");
}

TEST(SshNames, OfASecondTargetOfThatNameHasANumber) {
  SshNames names{{"dev", {k_first}}};
  EXPECT_EQ(ssh_name_of(names, k_second, nobody_is_gone), "dev-2");
  names["dev-2"] = {{"/home/me/one/helper.json", "dev-2"}};
  EXPECT_EQ(ssh_name_of(names, k_second, nobody_is_gone), "dev-3");
}

TEST(SshNames, IsKeptWhenTheFirstOneGoes) {
  const SshNames names{{"dev", {k_first}}, {"dev-2", {k_second, {{"ssh", 2223}}}}};
  const auto first_is_gone = [](const ConfigTarget& each) { return each == k_first; };
  EXPECT_EQ(ssh_name_of(names, k_second, first_is_gone), "dev-2");
}

TEST(SshNames, OfATargetThatIsGoneIsFree) {
  const auto first_is_gone = [](const ConfigTarget& each) { return each == k_first; };
  EXPECT_EQ(ssh_name_of({{"dev", {k_first}}}, k_second, first_is_gone), "dev");
}

TEST(LocalPorts, AreNotThoseThatOthersHave) {
  std::set<std::uint16_t> taken;
  const auto first = local_port_of({}, 40'000, taken);
  ASSERT_TRUE(first);
  EXPECT_NE(local_port_of({}, 40'000, taken), first) << "in one config";
  taken.clear();
  EXPECT_NE(local_port_of({{"dev", {k_first, {{"ssh", *first}}}}}, 40'000, taken), first);
}

TEST(SshNames, AreReadAsTheyWereWritten) {
  helper::test::FakeFileStore files;
  ASSERT_TRUE(read_ssh_names(files, k_paths));
  EXPECT_TRUE(read_ssh_names(files, k_paths)->empty());
  const SshNames names{{"dev", {k_first}}, {"dev-2", {k_second, {{"ssh", 2223}}}}};
  ASSERT_TRUE(write_ssh_names(files, k_paths, names));
  EXPECT_EQ(files.files().at(k_paths.ssh_names()).mode, 0600U);
  ASSERT_TRUE(read_ssh_names(files, k_paths));
  EXPECT_EQ(*read_ssh_names(files, k_paths), names);
}

TEST(SshNames, ThatCannotBeReadAreAnErrorWithAWayOut) {
  helper::test::FakeFileStore files;
  for (const char* bad : {"{", "[]", R"({"dev": 1})", R"({"dev": {"config": "/a"}})",
                          R"({"dev": {"config": "/a", "target": "dev", "ports": {"ssh": 0}}})",
                          R"({"dev": {"config": "/a", "target": "dev", "ports": {"ssh": "x"}}})"}) {
    ASSERT_TRUE(files.write(k_paths.ssh_names(), bad, 0600));
    const auto names = read_ssh_names(files, k_paths);
    ASSERT_FALSE(names) << bad;
    EXPECT_EQ(names.error().code, ErrorCode::file_failed);
    EXPECT_NE(names.error().fix.find("mv /data/helper/ssh_names.json"), std::string::npos);
  }
}

}  // namespace
}  // namespace helper::ensure
