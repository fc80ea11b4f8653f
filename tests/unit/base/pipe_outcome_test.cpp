#include "base/process/pipe_outcome.hpp"

#include <gtest/gtest.h>

namespace helper {
namespace {

using Kind = PipeOutcome::Kind;

TEST(PipeOutcome, ACommandThatSucceedsClosedItsConnection) {
  EXPECT_EQ(pipe_outcome("it", 0, true, "").kind, Kind::closed);
  EXPECT_EQ(pipe_outcome("it", 0, false, "").kind, Kind::closed);
}

TEST(PipeOutcome, AFailureWithoutAWordIsARefusalInItsLastLine) {
  const auto outcome = pipe_outcome("sshd in c", 126, false, "Error: No such container: c");
  EXPECT_EQ(outcome.kind, Kind::refused);
  EXPECT_EQ(outcome.why, "sshd in c: Error: No such container: c");
  EXPECT_EQ(pipe_outcome("it", 3, false, "").why, "it: the command failed with exit status 3");
}

TEST(PipeOutcome, AFailureAfterAConversationIsAnEnd) {
  EXPECT_EQ(pipe_outcome("it", 255, true, "Connection closed").kind, Kind::closed);
  EXPECT_EQ(pipe_outcome("it", 1, true, "").kind, Kind::closed);
}

TEST(PipeOutcome, ASignalInTheMiddleBreaksItOff) {
  EXPECT_EQ(pipe_outcome("it", 137, true, "").kind, Kind::broken);
  EXPECT_EQ(pipe_outcome("it", 137, true, "").why, "it: the command was ended by signal 9");
  EXPECT_EQ(pipe_outcome("it", 137, false, "").kind, Kind::refused);
  EXPECT_EQ(pipe_outcome("it", std::nullopt, true, "").kind, Kind::broken);
}

TEST(LastWords, AreTheLastLineThatSaysSomething) {
  LastWords words;
  EXPECT_EQ(words.line(), "");
  words.take("first\nsec");
  words.take("ond\r\n \n");
  EXPECT_EQ(words.line(), "second");
}

TEST(LastWords, CannotDriveATerminalOrFillMemory) {
  LastWords words;
  for (int i = 0; i < 1000; ++i) words.take(std::string(1000, 'x'));
  words.take("\n\x1b[2Jend");
  EXPECT_EQ(words.line(), "\\x1b[2Jend");
  words.take(std::string(5000, 'y'));
  EXPECT_LT(words.line().size(), 400U);
}

}  // namespace
}  // namespace helper
