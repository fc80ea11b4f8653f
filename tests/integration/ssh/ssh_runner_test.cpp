#include "ssh/ssh_runner.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "support/sshd.hpp"

namespace helper::ssh {
namespace {

class SshRunnerTest : public testing::Test {
 protected:
  Result<CommandOutput> run(const std::string& script, const std::string& stdin_text = {}) { return runner_.run({script, stdin_text}, {}); }

  test::Sshd sshd_;
  test::OwnSshConfig config_{sshd_.host_block("gpu1")};
  SshRunner runner_{"gpu1", {}};
};

TEST_F(SshRunnerTest, RunsAScriptAndKeepsItsTwoStreamsApart) {
  const auto output = run("echo out; echo err >&2; exit 3");
  ASSERT_TRUE(output) << to_text(output.error());
  EXPECT_EQ(output->out, "out\n");
  EXPECT_EQ(output->err, "err\n");
  EXPECT_EQ(output->exit_status, 3);
}

TEST_F(SshRunnerTest, KeepsOneConnectionAndOneShellForManyScripts) {
  for (int i = 0; i < 20; ++i) {
    const auto output = run("exit " + std::to_string(i));
    ASSERT_TRUE(output) << to_text(output.error());
    EXPECT_EQ(output->exit_status, i);
  }
  EXPECT_EQ(runner_.commands_run(), 20u);
  const std::string log = sshd_.log();
  EXPECT_EQ(log.find("Accepted publickey"), log.rfind("Accepted publickey")) << log;
}

TEST_F(SshRunnerTest, OutlivesAScriptWithASyntaxError) {
  const auto broken = run("if then (");
  ASSERT_TRUE(broken) << to_text(broken.error());
  EXPECT_NE(broken->exit_status, 0);
  EXPECT_NE(broken->err.find("yntax error"), std::string::npos) << broken->err;
  const auto next = run("echo still here");
  ASSERT_TRUE(next) << to_text(next.error());
  EXPECT_EQ(next->out, "still here\n");
}

TEST_F(SshRunnerTest, FeedsStandardInput) {
  const std::string text = "it's $HOME `x` \\ \"q\"\nlast line without newline";
  const auto output = run("cat", text);
  ASSERT_TRUE(output) << to_text(output.error());
  EXPECT_EQ(output->out, text);
  const auto nothing = run("cat; echo end");
  ASSERT_TRUE(nothing) << to_text(nothing.error());
  EXPECT_EQ(nothing->out, "end\n");
}

}  // namespace
}  // namespace helper::ssh
