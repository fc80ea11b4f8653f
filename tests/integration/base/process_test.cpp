#include "base/process/process.hpp"

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/process/local_runner.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace helper {
namespace {

constexpr Milliseconds k_limit{20'000};

Result<CommandOutput> run_shell(const std::string& script, Milliseconds timeout = k_limit) {
  return run_process({{"sh", "-c", script}, {}, {}, timeout}, {});
}

CommandOutput output_of(const ProcessSpec& spec) {
  auto output = run_process(spec, {});
  if (output) return *output;
  ADD_FAILURE() << to_text(output.error());
  return CommandOutput{-1, {}, {}};
}

// Whether the process goes away within a generous time.
bool ends(pid_t pid) {
  for (int look = 0; look < 500; ++look) {
    if (::kill(pid, 0) != 0) return true;
    std::this_thread::sleep_for(Milliseconds(10));
  }
  return false;
}

TEST(RunProcess, GivesEachArgumentAsItIs) {
  EXPECT_EQ(output_of({{"printf", "<%s>", "a b", "", "'$x'", "\n"}, {}, {}, k_limit}).out, "<a b><><'$x'><\n>");
}

TEST(RunProcess, AddsToOurEnvironmentAndReplacesWhatIsThere) {
  ASSERT_EQ(::setenv("HELPER_TEST_KEPT", "kept", 1), 0);
  ASSERT_EQ(::setenv("HELPER_TEST_REPLACED", "old", 1), 0);
  const auto output = output_of({{"sh", "-c", "echo $HELPER_TEST_KEPT $HELPER_TEST_REPLACED $HELPER_TEST_ADDED"},
                                 {},
                                 {{"HELPER_TEST_REPLACED", "new"}, {"HELPER_TEST_ADDED", "added: = ; x"}},
                                 k_limit});
  EXPECT_EQ(output.out, "kept new added: = ; x\n");
}

TEST(RunProcess, NamesAProgramThatIsNotInstalled) {
  const auto output = run_process({{"no-such-program-anywhere"}, {}, {}, k_limit}, {});
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().code, ErrorCode::server_command);
  EXPECT_EQ(output.error().thing, "no-such-program-anywhere");
}

TEST(RunProcess, SaysWhyAFileCannotBeRun) {
  const auto output = run_process({{"/"}, {}, {}, k_limit}, {});
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().code, ErrorCode::server_command);
  EXPECT_NE(output.error().cause.find("Permission denied"), std::string::npos) << output.error().cause;
}

TEST(RunProcess, RefusesAnArgumentThatExecWouldCutShort) {
  const auto output = run_process({{"echo", std::string("a\0b", 3)}, {}, {}, k_limit}, {});
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().code, ErrorCode::server_command);
}

TEST(RunProcess, TheChildStartsWithNoSignalBlockedOrIgnored) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &blocked, &before), 0);
  const auto old_handler = std::signal(SIGHUP, SIG_IGN);
  // By the shell's own words only: it blocks every signal for a moment whenever it starts a program.
  const auto output =
      run_shell("while read -r key value; do case $key in SigBlk:|SigIgn:) echo $value;; esac; done </proc/$$/status");
  std::signal(SIGHUP, old_handler);
  ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, &before, nullptr), 0);
  ASSERT_TRUE(output.has_value());
  EXPECT_EQ(output->out, "0000000000000000\n0000000000000000\n");
}

TEST(RunProcess, LeavesOurOwnSignalMaskAsItWas) {
  (void)output_of({{"true"}, std::string(1u << 20, 'x'), {}, k_limit});
  sigset_t now;
  sigset_t pending;
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, nullptr, &now), 0);
  ASSERT_EQ(::sigpending(&pending), 0);
  EXPECT_EQ(sigismember(&now, SIGPIPE), 0);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
}

TEST(RunProcess, LeavesNoZombie) {
  (void)output_of({{"true"}, {}, {}, k_limit});
  (void)run_shell("sleep 60", Milliseconds(50));
  (void)run_process({{"/"}, {}, {}, k_limit}, {});
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(RunProcess, TheLimitEndsTheWholeGroup) {
  std::string printed;
  const auto output = run_process({{"sh", "-c", "sleep 300 & echo $!; wait"}, {}, {}, Milliseconds(300)}, {},
                                  [&](std::string_view piece) { printed += piece; });
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().code, ErrorCode::timed_out);
  EXPECT_EQ(output.error().cause, "the command did not end within 300 ms");
  EXPECT_TRUE(ends(std::stoi(printed)));
}

TEST(RunProcess, AProcessThatIgnoresSigtermIsKilled) {
  std::string printed;
  const auto output =
      run_process({{"sh", "-c", "trap '' TERM; echo $$; while :; do sleep 1; done"}, {}, {}, Milliseconds(300)}, {},
                  [&](std::string_view piece) { printed += piece; });
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().code, ErrorCode::timed_out);
  EXPECT_TRUE(ends(std::stoi(printed)));
}

TEST(RunProcess, AProcessMayCleanUpOnSigterm) {
  std::string printed;
  const auto output = run_process(
      {{"sh", "-c", "trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done"}, {}, {}, Milliseconds(300)}, {},
      [&](std::string_view piece) { printed += piece; });
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().code, ErrorCode::timed_out) << "an exit after the limit is still late";
}

TEST(RunProcess, ADescendantThatHoldsTheOutputOpenDoesNotHoldUsUp) {
  const SystemClock clock;
  const auto start = clock.now();
  const auto output = run_shell("sleep 60 & echo $!; exit 7");
  ASSERT_TRUE(output.has_value()) << to_text(output.error());
  EXPECT_EQ(output->exit_status, 7);
  EXPECT_LT(since(clock, start), Milliseconds(15'000));
  const pid_t left = std::stoi(output->out);
  EXPECT_EQ(::kill(left, SIGKILL), 0) << "what the script left running on purpose lives on";
}

TEST(RunProcess, ADescendantsLastWordsAreStillRead) {
  const auto output = run_shell("(sleep 0.1; echo late) & exit 0");
  ASSERT_TRUE(output.has_value());
  EXPECT_EQ(output->out, "late\n");
}

TEST(RunProcess, SeesTheEndOfAProcessThatClosedItsOutputLongBefore) {
  const auto output = run_shell("exec >&- 2>&-; sleep 0.3; exit 9");
  ASSERT_TRUE(output.has_value());
  EXPECT_EQ(output->exit_status, 9);
}

TEST(RunProcess, TwoThreadsDoNotHoldEachOthersPipes) {
  const auto many = [] {
    for (int i = 0; i < 50; ++i) {
      const auto output = run_process({{"cat"}, "text", {}, k_limit}, {});
      ASSERT_TRUE(output.has_value()) << to_text(output.error());
      ASSERT_EQ(output->out, "text");
    }
  };
  // Each of these would keep a pipe end that it inherited open, and `cat` waiting beyond its limit.
  const std::jthread sleeper([](const std::stop_token& stop) {
    while (!stop.stop_requested()) (void)run_process({{"sleep", "300"}, {}, {}, Milliseconds(200)}, stop);
  });
  const std::jthread long_sleeper([](const std::stop_token& stop) {
    (void)run_process({{"sleep", "300"}, {}, {}, Milliseconds(300'000)}, stop);
  });
  const std::jthread other(many);
  many();
}

TEST(RunProcess, WorksInAProcessThatClosedItsStandardDescriptors) {
  const Fd kept(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
  ::close(STDIN_FILENO);
  const auto output = run_process({{"cat"}, "text", {}, k_limit}, {});
  if (kept) ::dup2(kept.get(), STDIN_FILENO);
  ASSERT_TRUE(output.has_value()) << to_text(output.error());
  EXPECT_EQ(output->out, "text");
}

TEST(RunProcess, AThrowingSinkEndsTheProcess) {
  std::string printed;
  const auto output =
      run_process({{"sh", "-c", "echo $$; sleep 300"}, {}, {}, k_limit}, {}, [&](std::string_view piece) {
        printed += piece;
        throw std::runtime_error("no more");
      });
  ASSERT_FALSE(output.has_value());
  EXPECT_NE(output.error().cause.find("no more"), std::string::npos);
  EXPECT_TRUE(ends(std::stoi(printed)));
}

TEST(LocalRunner, RefusesAScriptThatExecWouldNotTake) {
  LocalRunner runner;
  const auto output = runner.run({": " + std::string(100'000, 'x'), {}, k_limit}, {});
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().code, ErrorCode::server_command);
  EXPECT_EQ(output.error().thing, "this machine");
}

TEST(FindProgram, LooksOnThePathAndGivesAnAbsoluteName) {
  const auto shell = find_program("sh");
  ASSERT_TRUE(shell.has_value());
  EXPECT_EQ(shell->front(), '/');
  EXPECT_EQ(find_program("/x/y").value_or(""), "/x/y");
  EXPECT_FALSE(find_program("no-such-program-anywhere").has_value());
}

}  // namespace
}  // namespace helper
