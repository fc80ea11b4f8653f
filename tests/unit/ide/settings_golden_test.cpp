// What a new file of each kind says, for the versions whose forms differ, as files under tests/golden/ide/new.
#include "ide/files.hpp"
#include "support/golden.hpp"
#include "unit/ide/sample.hpp"

#include <gtest/gtest.h>

#include <string>

namespace helper::ide {
namespace {

std::string made(FileKind kind, Version version = {2026, 1}) {
  const auto text = with_target(kind, std::nullopt, test::sample_wanted(), {.kind = Kind::pycharm, .version = version});
  if (!text) ADD_FAILURE() << to_text(text.error());
  return text.value_or("");
}

testing::AssertionResult is(const std::string& file, const std::string& text) {
  return helper::test::matches_file("tests/golden/ide/new/" + file, text);
}

TEST(SettingsGolden, SshConfigsOfTodayAndOfVersionsThatKnowNoConnectionConfig) {
  EXPECT_TRUE(is("sshConfigs-2026.1.xml", made(FileKind::ssh_configs)));
  EXPECT_EQ(made(FileKind::ssh_configs, {2021, 2}), made(FileKind::ssh_configs));
  EXPECT_TRUE(is("sshConfigs-2020.3.xml", made(FileKind::ssh_configs, {2020, 3})));
  EXPECT_EQ(made(FileKind::ssh_configs, {2021, 1}), made(FileKind::ssh_configs, {2020, 3}));
}

TEST(SettingsGolden, WebServers) { EXPECT_TRUE(is("webServers.xml", made(FileKind::web_servers))); }

TEST(SettingsGolden, TheInterpreterAsATargetSince2023_3AndAsAnSftpAddressBefore) {
  EXPECT_TRUE(is("jdk.table-2026.1.xml", made(FileKind::jdk_table)));
  EXPECT_EQ(made(FileKind::jdk_table, {2023, 3}), made(FileKind::jdk_table));
  EXPECT_TRUE(is("jdk.table-2026.2.xml", made(FileKind::jdk_table, {2026, 2})));
  EXPECT_EQ(made(FileKind::jdk_table, {2026, 3}), made(FileKind::jdk_table, {2026, 2}));
  EXPECT_TRUE(is("jdk.table-2020.3.xml", made(FileKind::jdk_table, {2020, 3})));
  EXPECT_EQ(made(FileKind::jdk_table, {2023, 2}), made(FileKind::jdk_table, {2020, 3}));
}

TEST(SettingsGolden, ExternalTools) { EXPECT_TRUE(is("External Tools.xml", made(FileKind::external_tools))); }

// Two arguments in it are hard to quote; the platform's own splitter reads it in e2e.ide_files_java.
TEST(SettingsGolden, ExternalToolsWhoseConfigHasSpacesQuotesAndBackslashes) {
  Wanted wanted = test::sample_wanted();
  wanted.config_file = R"(/home/me/it's "a b"\ c.json\\)";
  wanted.access.target = wanted.access.ssh_name = R"(a"\"b\)";
  const auto text = with_target(FileKind::external_tools, std::nullopt, wanted, {});
  ASSERT_TRUE(text);
  EXPECT_TRUE(is("hard tools.xml", *text));
}

TEST(SettingsGolden, GatewaysRecentConnectionsAndTheirHosts) {
  EXPECT_TRUE(is("sshRecentConnections.v2.xml", made(FileKind::recent_connections)));
  EXPECT_TRUE(is("sshRecentConnectionsHost.xml", made(FileKind::recent_hosts)));
}

TEST(SettingsGolden, TheProjectsFiles) {
  EXPECT_TRUE(is("deployment.xml", made(FileKind::deployment)));
  Wanted uploaded = test::sample_wanted();
  uploaded.upload = true;
  EXPECT_TRUE(is("deployment-upload.xml", with_target(FileKind::deployment, std::nullopt, uploaded, {}).value()));
  EXPECT_TRUE(is("misc.xml", made(FileKind::misc)));
  EXPECT_TRUE(is("modules.xml", made(FileKind::modules)));
  EXPECT_TRUE(is("my_project.iml", made(FileKind::module)));
  EXPECT_TRUE(is("pyProjectModel.xml", made(FileKind::project_model)));
  EXPECT_TRUE(is("train_on_centernet.xml", made(FileKind::run_configuration)));
}

}  // namespace
}  // namespace helper::ide
