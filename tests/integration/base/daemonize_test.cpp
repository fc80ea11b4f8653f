#include "base/process/daemonize.hpp"

#include "base/fd.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sstream>
#include <thread>
#include <unistd.h>

namespace helper {
namespace {

constexpr Milliseconds k_limit{20'000};

// A shell as the daemon: `script` sees --ready-fd as $1 and its number as $2.
Result<std::string> spawn_shell(const std::string& script, Milliseconds limit = k_limit,
                                const std::stop_token& stop = {}) {
  return spawn_detached({"sh", "-c", script, "daemon"}, limit, stop);
}

std::string line_of(const std::string& script) {
  auto line = spawn_shell(script);
  if (line) return *line;
  ADD_FAILURE() << to_text(line.error());
  return {};
}

TEST(SpawnDetached, GivesBackTheLineThatTheProgramWritesOnItsReadyDescriptor) {
  EXPECT_EQ(line_of("echo \"ready on $1\" >&$2; echo more >&$2"), "ready on --ready-fd");
}

TEST(SpawnDetached, TheProgramHasASessionOfItsOwnAndIsNotOurChild) {
  std::istringstream ids(line_of("cut -d' ' -f4,6 /proc/$$/stat >&$2"));
  pid_t parent = 0;
  pid_t session = 0;
  ids >> parent >> session;
  EXPECT_NE(parent, ::getpid());
  EXPECT_GT(session, 0);
  EXPECT_NE(session, ::getsid(0));
}

TEST(SpawnDetached, TheProgramStartsInTheRootFolderWithTheNullDevice) {
  EXPECT_EQ(line_of("echo \"$PWD $(readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2 | sort -u)\" >&$2"),
            "/ /dev/null");
}

TEST(SpawnDetached, TheProgramInheritsNothingButItsReadyDescriptor) {
  const Fd inheritable(::open("/", O_RDONLY));
  ASSERT_TRUE(inheritable);
  EXPECT_EQ(line_of("n=0; while [ $n -lt 400 ]; do [ ! -e /proc/$$/fd/$n ] || all=\"$all $n\"; n=$((n + 1)); done; "
                    "echo $all >&$2"),
            "0 1 2 3");
}

TEST(SpawnDetached, TheProgramStartsWithNoSignalBlockedOrIgnored) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &blocked, &before), 0);
  const auto old_handler = std::signal(SIGHUP, SIG_IGN);
  // By the shell's own words only: it blocks every signal for a moment whenever it starts a program.
  const auto line = line_of(
      "while read -r key value; do case $key in SigBlk:|SigIgn:) all=\"$all$value \";; esac; done </proc/$$/status; "
      "echo \"$all\" >&$2");
  std::signal(SIGHUP, old_handler);
  ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, &before, nullptr), 0);
  EXPECT_EQ(line, "0000000000000000 0000000000000000 ");
}

TEST(SpawnDetached, TheProgramLivesOnAfterItIsReady) {
  const pid_t pid = std::stoi(line_of("echo $$ >&$2; exec sleep 60"));
  EXPECT_EQ(::kill(pid, 0), 0);
  EXPECT_EQ(::kill(pid, SIGTERM), 0);
}

TEST(SpawnDetached, SaysWhenTheProgramEndedBeforeItWasReady) {
  const auto line = spawn_shell("exit 1");
  ASSERT_FALSE(line.has_value());
  EXPECT_EQ(line.error().code, ErrorCode::daemon_unreachable);
  EXPECT_EQ(line.error().cause, "it ended before it was ready");
}

TEST(SpawnDetached, SaysWhenTheProgramWasNotReadyInTime) {
  const auto line = spawn_shell("exec sleep 2", Milliseconds(200));
  ASSERT_FALSE(line.has_value());
  EXPECT_EQ(line.error().code, ErrorCode::daemon_unreachable);
  EXPECT_EQ(line.error().cause, "it did not get ready in 200 ms");
}

TEST(SpawnDetached, AHalfLineIsNotReady) {
  const auto line = spawn_shell("printf half >&$2");
  ASSERT_FALSE(line.has_value());
  EXPECT_EQ(line.error().cause, "it ended before it was ready");
}

TEST(SpawnDetached, RefusesAFloodInPlaceOfALine) {
  const auto line = spawn_shell("head -c 100000 /dev/zero >&$2");
  ASSERT_FALSE(line.has_value());
  EXPECT_EQ(line.error().code, ErrorCode::daemon_unreachable);
}

TEST(SpawnDetached, SaysWhyAProgramCannotBeStarted) {
  const auto absent = spawn_detached({"no-such-program-anywhere"}, k_limit, {});
  ASSERT_FALSE(absent.has_value());
  EXPECT_EQ(absent.error().code, ErrorCode::daemon_unreachable);
  const auto folder = spawn_detached({"/"}, k_limit, {});
  ASSERT_FALSE(folder.has_value());
  EXPECT_EQ(folder.error().code, ErrorCode::daemon_unreachable);
  EXPECT_NE(folder.error().cause.find("Permission denied"), std::string::npos) << folder.error().cause;
}

TEST(SpawnDetached, TheWaitCanBeCancelled) {
  std::stop_source source;
  const std::jthread canceller([&] { source.request_stop(); });
  const auto line = spawn_shell("exec sleep 2", k_limit, source.get_token());
  ASSERT_FALSE(line.has_value());
  EXPECT_EQ(line.error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace helper
