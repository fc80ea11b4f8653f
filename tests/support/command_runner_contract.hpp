// The promises of CommandRunner as two test suites, to be run on every runner there is:
//   CommandRunnerContract  holds for a fake too, when it is given the answers of contract_answers()
//   ShellContract          holds for every runner that has a real shell behind it
// Include it in one test file of an executable, then instantiate the suites that apply:
//   INSTANTIATE_TEST_SUITE_P(Ssh, ShellContract, ::testing::Values(RunnerCase{"SshRunner", [] { ... }}),
//   runner_case_name);
#pragma once

#include "base/command.hpp"
#include "base/shell.hpp"
#include "support/temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace helper::test {

struct RunnerCase {
  std::string name;
  // A fresh runner; null when this machine cannot give one, in which case the tests skip.
  std::function<std::unique_ptr<CommandRunner>()> make;
};

inline std::string runner_case_name(const ::testing::TestParamInfo<RunnerCase>& info) { return info.param.name; }

// What the scripts of CommandRunnerContract answer on a real shell.
struct ContractAnswer {
  std::string script;
  CommandOutput output;
};
inline std::vector<ContractAnswer> contract_answers() {
  return {
      {"echo out; echo err >&2", {0, "out\n", "err\n"}}, {"exit 3", {3, "", ""}}, {"echo again", {0, "again\n", ""}}};
}

class RunnerTest : public ::testing::TestWithParam<RunnerCase> {
 protected:
  void SetUp() override {
    runner_ = GetParam().make();
    if (!runner_) GTEST_SKIP() << GetParam().name << " cannot be had on this machine";
  }
  // Runs the script; an error fails the test and gives exit status -1.
  CommandOutput run(const std::string& script, const std::string& stdin_text = {}) {
    auto output = runner_->run(Command{script, stdin_text, k_limit}, {});
    if (output) return *output;
    ADD_FAILURE() << to_text(output.error());
    return CommandOutput{-1, {}, {}};
  }
  // After a failure the runner must be as good as new.
  void expect_still_usable() { EXPECT_EQ(run("echo again").out, "again\n"); }

  static constexpr Milliseconds k_limit{20'000};
  std::unique_ptr<CommandRunner> runner_;
};

class CommandRunnerContract : public RunnerTest {};
class ShellContract : public RunnerTest {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(CommandRunnerContract);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ShellContract);

TEST_P(CommandRunnerContract, KeepsStandardOutputAndStandardErrorApart) {
  const auto output = run("echo out; echo err >&2");
  EXPECT_EQ(output.exit_status, 0);
  EXPECT_EQ(output.out, "out\n");
  EXPECT_EQ(output.err, "err\n");
}

TEST_P(CommandRunnerContract, ANonZeroExitIsAnOutputAndNotAnError) { EXPECT_EQ(run("exit 3").exit_status, 3); }

TEST_P(CommandRunnerContract, GivesTheSinkAllThatIsPrinted) {
  std::string seen;
  const auto output =
      runner_->run(Command{"echo again", {}, k_limit}, {}, [&](std::string_view piece) { seen += piece; });
  ASSERT_TRUE(output.has_value()) << to_text(output.error());
  EXPECT_EQ(seen, "again\n");
}

TEST_P(CommandRunnerContract, RunsNothingOnceAStopIsRequested) {
  std::stop_source source;
  source.request_stop();
  const auto output = runner_->run(Command{"exit 3", {}, k_limit}, source.get_token());
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().code, ErrorCode::cancelled);
  expect_still_usable();
}

TEST_P(CommandRunnerContract, NamesItsMachine) { EXPECT_FALSE(runner_->where().empty()); }

TEST_P(ShellContract, FeedsStandardInputToTheScript) {
  std::string text;
  for (int line = 0; line < 20'000; ++line) text += "line " + std::to_string(line) + "\n";
  EXPECT_EQ(run("cat", text).out, text);
}

TEST_P(ShellContract, StandardInputEndsAfterItsText) {
  EXPECT_EQ(run("cat; echo end").out, "end\n");
  EXPECT_EQ(run("cat; echo end", "no newline").out, "no newlineend\n");
}

TEST_P(ShellContract, KeepsEveryByteOfStandardInput) {
  std::string bytes;
  for (int byte = 1; byte < 256; ++byte) bytes += static_cast<char>(byte);
  EXPECT_EQ(run("cat", bytes).out, bytes);
}

TEST_P(ShellContract, SurvivesAScriptThatLeavesItsStandardInputUnread) {
  const std::string megabyte(1u << 20, 'x');
  EXPECT_EQ(run("exec <&-; echo closed", megabyte).out, "closed\n");
  EXPECT_EQ(run("head -c 1; exit 4", megabyte).exit_status, 4);
  expect_still_usable();
}

TEST_P(ShellContract, KeepsEveryByteOfTheOutput) {
  EXPECT_EQ(run("printf 'a\\000b\\377\\n\\n'").out, std::string("a\0b\377\n\n", 6));
  EXPECT_EQ(run("printf 'no newline'; printf 'nor here' >&2").err, "nor here");
}

TEST_P(ShellContract, AMegabyteOnEachStreamArrivesWhole) {
  const auto output = run("head -c 1048576 /dev/zero | tr '\\0' o; head -c 1048576 /dev/zero | tr '\\0' e >&2");
  EXPECT_EQ(output.out, std::string(1u << 20, 'o'));
  EXPECT_EQ(output.err, std::string(1u << 20, 'e'));
}

TEST_P(ShellContract, EndsARunawayAtTheCap) {
  const auto output = runner_->run(Command{"yes", {}, Milliseconds(60'000)}, {});
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().code, ErrorCode::server_command);
  expect_still_usable();
}

TEST_P(ShellContract, TellsTheSignalThatEndedACommand) { EXPECT_EQ(run("sh -c 'kill -KILL $$'").exit_status, 128 + 9); }

TEST_P(ShellContract, ASyntaxErrorIsAFailedScriptWithItsMessage) {
  const auto output = run("if then fi (");
  EXPECT_NE(output.exit_status, 0);
  EXPECT_FALSE(output.err.empty());
  expect_still_usable();
}

TEST_P(ShellContract, AnUnclosedQuoteDoesNotReachBeyondItsScript) {
  EXPECT_NE(run("echo 'open").exit_status, 0);
  expect_still_usable();
}

TEST_P(ShellContract, ScriptsMayEndInACommentOrAHereDocument) {
  EXPECT_EQ(run("echo hi # and a comment").out, "hi\n");
  EXPECT_EQ(run("cat <<END\ntext\nEND").out, "text\n");
  EXPECT_EQ(run("cat <<END\ntext\nEND\n").out, "text\n");
}

TEST_P(ShellContract, OneScriptLeavesNothingToTheNext) {
  EXPECT_EQ(run("cd /; left=over; set -eu; trap 'echo trapped' EXIT; echo $left").out, "over\ntrapped\n");
  EXPECT_EQ(run("exec sh -c 'exit 5'").exit_status, 5);
  EXPECT_EQ(run("false; echo ${left-nothing}").out, "nothing\n");
}

TEST_P(ShellContract, TakesALongScript) {
  const std::string word(90'000, 'w');
  EXPECT_EQ(run("word=" + word + "; echo ${#word}").out, "90000\n");
}

TEST_P(ShellContract, EndsACommandAtItsLimit) {
  const auto output = runner_->run(Command{"sleep 300", {}, Milliseconds(300)}, {});
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().code, ErrorCode::timed_out);
  expect_still_usable();
}

TEST_P(ShellContract, CanBeCancelledFromAnotherThread) {
  std::stop_source source;
  std::jthread canceller;
  const auto output = runner_->run(Command{"echo started; sleep 300", {}, Milliseconds(60'000)}, source.get_token(),
                                   [&](std::string_view) { canceller = std::jthread([&] { source.request_stop(); }); });
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().code, ErrorCode::cancelled);
  expect_still_usable();
}

TEST_P(ShellContract, PassesOutputOnWhileTheScriptRuns) {
  const TempFolder folder;
  const auto file = folder.path() / "go on";
  std::string seen;
  const Command command{
      "echo first; until [ -e " + shell::quote(file.string()) + " ]; do sleep 0.05; done; echo second", {}, k_limit};
  const auto output = runner_->run(command, {}, [&](std::string_view piece) {
    seen += piece;
    if (seen == "first\n") std::ofstream(file).put('\n');
  });
  ASSERT_TRUE(output.has_value()) << to_text(output.error());
  EXPECT_EQ(seen, "first\nsecond\n");
  EXPECT_EQ(output->out, seen);
}

// A file whose bytes tell when any is lost, doubled or moved, with every byte and every line end in it.
inline std::filesystem::path big_file(const TempFolder& folder, std::size_t bytes) {
  std::string text(bytes, '\0');
  std::uint32_t state = 2463534242U;
  for (auto& byte : text) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<char>(state >> 24U);
  }
  auto file = folder.path() / "a big file";
  std::ofstream(file, std::ios::binary) << text;
  return file;
}

inline std::string bytes_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

TEST_P(ShellContract, AFileOfAnyBytesArrivesWhole) {
  const TempFolder folder;
  const auto file = big_file(folder, 20u << 20);
  const auto copy = folder.path() / "copy";
  const auto output = runner_->run(
      Command{"cat >" + shell::quote(copy.string()) + "; echo done; echo err >&2; exit 3", {}, k_limit, file}, {});
  ASSERT_TRUE(output.has_value()) << to_text(output.error());
  EXPECT_EQ(output->exit_status, 3);
  EXPECT_EQ(output->out, "done\n");
  EXPECT_EQ(output->err, "err\n");
  EXPECT_TRUE(bytes_of(copy) == bytes_of(file));
  expect_still_usable();
}

TEST_P(ShellContract, AnEmptyFileIsAnEmptyStandardInput) {
  const TempFolder folder;
  const auto output =
      runner_->run(Command{"cat\n# a script of two lines\necho end", {}, k_limit, big_file(folder, 0)}, {});
  ASSERT_TRUE(output.has_value()) << to_text(output.error());
  EXPECT_EQ(output->out, "end\n");
}

TEST_P(ShellContract, ACommandMayLeaveItsFileUnread) {
  const TempFolder folder;
  const auto file = big_file(folder, 8u << 20);
  for (const std::string script : {"head -c 5 >/dev/null; exit 4", "exec <&-; exit 4", "exit 4"}) {
    const auto output = runner_->run(Command{script, {}, k_limit, file}, {});
    ASSERT_TRUE(output.has_value()) << to_text(output.error());
    EXPECT_EQ(output->exit_status, 4) << script;
  }
  expect_still_usable();
}

TEST_P(ShellContract, AFilesCommandCanBeCancelledMidway) {
  const TempFolder folder;
  std::stop_source source;
  std::jthread canceller;
  const Command command{
      "head -c 100000 >/dev/null; echo started; exec sleep 300", {}, Milliseconds(60'000), big_file(folder, 8u << 20)};
  const auto output = runner_->run(command, source.get_token(),
                                   [&](std::string_view) { canceller = std::jthread([&] { source.request_stop(); }); });
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().code, ErrorCode::cancelled);
  expect_still_usable();
}

TEST_P(ShellContract, AFilesCommandEndsAtItsLimit) {
  const TempFolder folder;
  const auto output = runner_->run(Command{"sleep 300", {}, Milliseconds(300), big_file(folder, 8u << 20)}, {});
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().code, ErrorCode::timed_out);
  expect_still_usable();
}

TEST_P(ShellContract, AFileThatCannotBeReadIsAnError) {
  const TempFolder folder;
  for (const auto& file : {folder.path() / "missing", folder.path()}) {
    const auto output = runner_->run(Command{"cat", {}, k_limit, file}, {});
    ASSERT_FALSE(output.has_value()) << file;
    EXPECT_EQ(output.error().code, ErrorCode::file_failed) << file;
  }
  expect_still_usable();
}

TEST_P(ShellContract, AProcessLeftInTheBackgroundDoesNotHoldTheScriptUp) {
  EXPECT_EQ(run("sleep 30 >/dev/null 2>&1 </dev/null & echo left $? ; kill $!").out, "left 0\n");
}

}  // namespace helper::test
