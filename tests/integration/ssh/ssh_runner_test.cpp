#include "ssh/control.hpp"
#include "support/sshd.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

namespace helper::ssh {
namespace {

class SshRunnerTest : public testing::Test {
 protected:
  Result<CommandOutput> run(const std::string& script, const std::string& stdin_text = {}) {
    return runner_.run({script, stdin_text}, {});
  }

  test::Sshd sshd_;
  test::OwnSshConfig config_{sshd_.host_block("gpu1")};
  SshRunner runner_{"gpu1", {}};
};

TEST_F(SshRunnerTest, OutputOfWhichOnlyTheBeginningIsKeptHasNoLimit) {
  SshRunner follower("gpu1", {}, KeepOutput::beginning);
  std::size_t seen = 0;
  const auto output = follower.run({"head -c 12000000 /dev/zero; echo err >&2"}, {},
                                   [&](std::string_view piece) { seen += piece.size(); });
  ASSERT_TRUE(output) << to_text(output.error());
  EXPECT_EQ(seen, 12'000'004U);
  EXPECT_EQ(output->out.size(), k_kept_beginning);
}

TEST_F(SshRunnerTest, RunsAScriptAndKeepsItsTwoStreamsApart) {
  const auto output = run("echo out; echo err >&2; exit 3");
  ASSERT_TRUE(output) << to_text(output.error());
  EXPECT_EQ(output->out, "out\n");
  EXPECT_EQ(output->err, "err\n");
  EXPECT_EQ(output->exit_status, 3);
}

// libssh 0.10 reads no packet for a channel whose end of file has come, and the exit status may come after it.
TEST_F(SshRunnerTest, ACommandFedFromAFileThatClosesItsOutputBeforeItEndsIsWaitedFor) {
  const test::TempFolder folder;
  const auto file = folder.path() / "input";
  std::ofstream(file) << std::string(200'000, 'x');
  Command command;
  command.script = "cat >/dev/null; exec 1>&- 2>&-; sleep 0.5; exit 7";
  command.stdin_file = file;
  command.timeout = std::chrono::seconds(20);
  const auto output = runner_.run(command, {});
  ASSERT_TRUE(output) << to_text(output.error());
  EXPECT_EQ(output->exit_status, 7);
}

TEST_F(SshRunnerTest, KeepsOneConnectionAndOneShellForManyScripts) {
  for (int i = 0; i < 20; ++i) {
    const auto output = run("exit " + std::to_string(i));
    ASSERT_TRUE(output) << to_text(output.error());
    EXPECT_EQ(output->exit_status, i);
  }
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

// The server's process for our connection: the youngest child of the listening one.
pid_t connection_of(const test::Sshd& sshd) {
  const std::string children =
      test::read_file("/proc/" + std::to_string(sshd.pid()) + "/task/" + std::to_string(sshd.pid()) + "/children");
  std::istringstream words(children);
  pid_t youngest = 0;
  for (pid_t pid = 0; words >> pid;) youngest = std::max(youngest, pid);
  return youngest;
}

TEST_F(SshRunnerTest, DialsAgainWhenTheConnectionEndedWhileIdle) {
  ASSERT_TRUE(run("true"));
  const pid_t connection = connection_of(sshd_);
  ASSERT_GT(connection, 0);
  ASSERT_EQ(::kill(connection, SIGKILL), 0);
  for (int i = 0; i < 500 && connection_of(sshd_) == connection; ++i) std::this_thread::sleep_for(Milliseconds(10));
  const auto output = run("echo back");
  ASSERT_TRUE(output) << to_text(output.error());
  EXPECT_EQ(output->out, "back\n");
}

TEST_F(SshRunnerTest, SaysThatTheLinkWasLostWhileACommandRanAndDialsAgainForTheNext) {
  std::string seen;
  const auto output =
      runner_.run({"echo started; sleep 60", {}, Milliseconds(60'000)}, {}, [&](std::string_view piece) {
        seen += piece;
        ::kill(connection_of(sshd_), SIGKILL);
      });
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, ErrorCode::server_unreachable);
  EXPECT_NE(output.error().cause.find("lost while a command ran"), std::string::npos) << output.error().cause;
  EXPECT_EQ(seen, "started\n");
  const auto next = run("echo back");
  ASSERT_TRUE(next) << to_text(next.error());
  EXPECT_EQ(next->out, "back\n");
}

TEST_F(SshRunnerTest, SaysThatTheServerIsAwayAndFindsItWhenItIsBack) {
  ASSERT_TRUE(run("true"));
  const pid_t connection = connection_of(sshd_);
  sshd_.stop_listening();
  ASSERT_EQ(::kill(connection, SIGKILL), 0);
  // Nobody tells when the kernel has closed the dead process's socket.
  Result<CommandOutput> away = run("true");
  for (int i = 0; i < 100 && away; ++i) away = run("true");
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().code, ErrorCode::server_unreachable);
  sshd_.start();
  const auto back = run("echo back");
  ASSERT_TRUE(back) << to_text(back.error());
}

TEST_F(SshRunnerTest, TellsTheStatusOfAScriptThatKillsItsShell) {
  const auto killed = run("echo before; kill -KILL $$; sleep 10");
  ASSERT_TRUE(killed) << to_text(killed.error());
  EXPECT_EQ(killed->exit_status, 128 + SIGKILL);
  EXPECT_EQ(killed->out, "before\n");
  const auto next = run("echo next");
  ASSERT_TRUE(next) << to_text(next.error());
  EXPECT_EQ(next->out, "next\n");
}

TEST_F(SshRunnerTest, EndsTheProcessesOfACommandThatRanTooLong) {
  const std::string pid_file = sshd_.file("pid");
  const auto output = runner_.run({"sleep 300 & echo $! > " + pid_file + "; wait", {}, Milliseconds(1'000)}, {});
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, ErrorCode::timed_out);
  const pid_t sleeper = std::stoi(test::read_file(pid_file));
  ASSERT_TRUE(run("true"));
  for (int i = 0; i < 500 && ::kill(sleeper, 0) == 0; ++i) std::this_thread::sleep_for(Milliseconds(10));
  EXPECT_NE(::kill(sleeper, 0), 0);
}

TEST_F(SshRunnerTest, NoNoiseOfTheLoginShellGetsIntoTheOutput) {
  test::Sshd noisy({.more = "ForceCommand echo welcome; echo warning >&2; exec sh\n"});
  const test::OwnSshConfig config(noisy.host_block("noisy"));
  SshRunner runner("noisy", {});
  const auto output = runner.run({"echo out; echo err >&2", {}}, {});
  ASSERT_TRUE(output) << to_text(output.error());
  EXPECT_EQ(output->out, "out\n");
  EXPECT_EQ(output->err, "err\n");
}

TEST_F(SshRunnerTest, SaysThatAnAccountRunsNoCommands) {
  test::Sshd closed({.more = "ForceCommand /bin/false\n"});
  const test::OwnSshConfig config(closed.host_block("closed"));
  SshRunner runner("closed", {});
  const auto output = runner.run({"true", {}}, {});
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, ErrorCode::server_command);
}

TEST_F(SshRunnerTest, GoesThroughTheJumpHostThatTheConfigurationNames) {
  const test::Sshd hop;
  const test::OwnSshConfig config("Host behind\n  ProxyJump hop\n" + sshd_.host_block("behind") +
                                  hop.host_block("hop"));
  SshRunner runner("behind", {});
  const auto output = runner.run({"echo $SSH_CONNECTION", {}}, {});
  ASSERT_TRUE(output) << to_text(output.error());
  EXPECT_NE(hop.log().find("Accepted publickey"), std::string::npos);
}

TEST_F(SshRunnerTest, ReportsAMistakeInTheConfigurationInSshsOwnWords) {
  const test::OwnSshConfig config("Host gpu1\n  NoSuchKeyword yes\n");
  SshRunner runner("gpu1", {});
  const auto output = runner.run({"true", {}}, {});
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, ErrorCode::server_unreachable);
  EXPECT_NE(output.error().cause.find("nosuchkeyword"), std::string::npos) << output.error().cause;
}

TEST_F(SshRunnerTest, RefusesAProxyJumpThatGoesInACircle) {
  const test::OwnSshConfig config("Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n");
  const auto host = resolve_host("a", {});
  ASSERT_FALSE(host);
  EXPECT_NE(host.error().cause.find("circle"), std::string::npos) << host.error().cause;
}

TEST_F(SshRunnerTest, SaysWhatIsMissingWhenThereIsNoSsh) {
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", "/nonexistent", 1);
  const auto host = resolve_host("gpu1", {});
  ::setenv("PATH", path.c_str(), 1);
  ASSERT_FALSE(host);
  EXPECT_EQ(host.error().code, ErrorCode::server_unreachable);
  EXPECT_NE(host.error().fix.find("openssh-client"), std::string::npos);
}

}  // namespace
}  // namespace helper::ssh
