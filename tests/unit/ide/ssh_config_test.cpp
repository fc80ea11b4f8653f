#include "ide/ssh_config.hpp"

#include "base/process/process.hpp"
#include "support/golden.hpp"
#include "unit/ide/sample.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <unistd.h>

namespace helper::ide {
namespace {

// What `ssh -G` makes of a command line: keyword -> value.
std::map<std::string, std::string> resolved(std::vector<std::string> argv) {
  argv.insert(argv.begin() + 1, "-G");
  const auto output = run_process({.argv = std::move(argv), .stdin_text = "", .environment = {}}, {});
  if (!output || output->exit_status != 0) {
    ADD_FAILURE() << (output ? output->err : to_text(output.error()));
    return {};
  }
  std::map<std::string, std::string> options;
  std::istringstream lines(output->out);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.find(' ');
    options[line.substr(0, space)] = space == std::string::npos ? "" : line.substr(space + 1);
  }
  return options;
}

std::map<std::string, std::string> resolved_block(const Access& access, const std::string& host,
                                                  const std::vector<std::string>& proxy = {}) {
  const auto block = ssh_config_block(access, proxy);
  if (!block) {
    ADD_FAILURE() << to_text(block.error());
    return {};
  }
  const std::string file = testing::TempDir() + "helper_ssh_config_" + std::to_string(::getpid());
  std::ofstream(file) << *block;
  auto options = resolved({"ssh", "-F", file, host});
  std::filesystem::remove(file);
  return options;
}

void expect_the_sample(std::map<std::string, std::string> options, const Access& i) {
  EXPECT_EQ(options["hostname"], "127.0.0.1");
  EXPECT_EQ(options["port"], "2222");
  EXPECT_EQ(options["user"], "root");
  EXPECT_EQ(options["identitiesonly"], "yes");
  EXPECT_EQ(options["hostkeyalias"], "helper-centernet");
  EXPECT_EQ(options["stricthostkeychecking"], "true");
  EXPECT_EQ(options["userknownhostsfile"], i.known_hosts);
}

TEST(SshConfigBlock, NamesTheCommandThatIsTheConnection) {
  const auto options = resolved_block(test::sample(), "centernet",
                                      {"/usr/bin/helper", "connect", "--config", "/home/a b/100%h/it's.json"});
  expect_the_sample(options, test::sample());
  EXPECT_EQ(options.at("proxycommand"), R"(/usr/bin/helper connect --config '/home/a b/100%%h/it'\''s.json')");
  EXPECT_FALSE(ssh_config_block(test::sample(), {"helper", "a\nPermitLocalCommand yes"}));
}

TEST(SshConfigBlock, IsTheExpectedText) {
  const auto block = ssh_config_block(test::sample());
  ASSERT_TRUE(block);
  EXPECT_TRUE(helper::test::matches_file("tests/golden/ssh_config.txt", *block));
}

TEST(SshConfigBlock, OpenSshReadsItUnderBothNames) {
  for (const std::string host : {"centernet", "helper-centernet"}) {
    auto options = resolved_block(test::sample(), host);
    expect_the_sample(options, test::sample());
    EXPECT_EQ(options["identityfile"], test::sample().key_file);
    EXPECT_EQ(options["serveraliveinterval"], "30");
  }
}

TEST(SshConfigBlock, OpenSshReadsPathsWithSpacesQuotesAndSigns) {
  for (const std::string folder :
       {"/home/me my", "/home/a\"b", "/home/a\\b", "/home/it's", "/home/#1", "/home/a=b,c", "/home/$HOME"}) {
    Access i = test::sample();
    i.key_file = folder + "/id";
    i.known_hosts = folder + "/known hosts";
    auto options = resolved_block(i, "centernet");
    expect_the_sample(options, i);
    EXPECT_EQ(options["identityfile"], i.key_file);
  }
}

// ssh -G prints IdentityFile before it expands tokens, and so shows the doubled sign; the file that ssh opens is shown
// by -v.
TEST(SshConfigBlock, OpenSshOpensTheKeyOfAPathWithAPercentSign) {
  Access i = test::sample();
  i.key_file = testing::TempDir() + "100%h key";
  const std::string file = testing::TempDir() + "helper_ssh_percent_" + std::to_string(::getpid());
  std::ofstream(file) << ssh_config_block(i).value_or("");
  const auto output =
      run_process({.argv = {"ssh", "-v", "-F", file, "-oBatchMode=yes", "-oProxyCommand=true", "centernet", "true"},
                   .stdin_text = "",
                   .environment = {}},
                  {});
  ASSERT_TRUE(output);
  EXPECT_NE(output->err.find("identity file " + i.key_file), std::string::npos) << output->err;
  std::filesystem::remove(file);
}

TEST(SshConfigPath, RefusesWhatNoSyntaxCanHold) {
  for (const std::string bad : {"", "/a\nProxyCommand x", "/a\x7f", "/${HOME}/x"}) {
    const auto path = ssh_config_path(bad);
    ASSERT_FALSE(path) << bad;
    EXPECT_EQ(path.error().code, ErrorCode::file_failed);
    EXPECT_EQ(path.error().thing.find('\n'), std::string::npos);
    Access i = test::sample();
    i.key_file = bad;
    EXPECT_FALSE(ssh_config_block(i));
    EXPECT_FALSE(ssh_argv(i));
  }
}

TEST(SshArgv, OpenSshReadsTheSameFromTheCommandLine) {
  Access i = test::sample();
  i.known_hosts = "/home/me my/known_hosts";
  auto argv = ssh_argv(i);
  ASSERT_TRUE(argv);
  argv->insert(argv->begin() + 1, {"-F", "none"});
  auto options = resolved(*argv);
  expect_the_sample(options, i);
  EXPECT_EQ(options["identityfile"], i.key_file);
}

}  // namespace
}  // namespace helper::ide
