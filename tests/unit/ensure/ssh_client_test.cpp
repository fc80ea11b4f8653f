// What two sessions came to.
#include "ensure/ssh_client.hpp"

#include <gtest/gtest.h>

namespace helper::ensure {
namespace {

TEST(JudgeSession, ACommandsOutputAndSftpsGoodEndAreASessionThatWorks) {
  const auto tried = judge_session({0, "helper-1f\n", {}}, {0, {}, {}}, "helper-1f");
  EXPECT_TRUE(tried.works());
  EXPECT_EQ(tried.stray, "");
}

TEST(JudgeSession, WhatAStartFilePrintsIsShownByItsFirstLine) {
  const auto tried = judge_session({0, "Welcome to the lab\nsecond\nhelper-1f\n", {}},
                                   {255, {}, "Received message too long 1466264675\nEnsure x\n"}, "helper-1f");
  EXPECT_TRUE(tried.command);
  EXPECT_FALSE(tried.sftp);
  EXPECT_EQ(tried.stray, "Welcome to the lab");
  EXPECT_EQ(tried.words, "Received message too long 1466264675");
}

TEST(JudgeSession, WhatOnlyCommandsGetIsInTheWayToo) {
  const auto tried = judge_session({0, "noise of rc\nhelper-1f\n", {}}, {0, {}, {}}, "helper-1f");
  EXPECT_FALSE(tried.works());
  EXPECT_EQ(tried.stray, "noise of rc");
}

TEST(JudgeSession, ARefusingShellIsShownByItsWords) {
  const auto tried = judge_session({1, "This account is currently not available.\n", {}}, {1, {}, {}}, "helper-1f");
  EXPECT_FALSE(tried.command);
  EXPECT_EQ(tried.stray, "This account is currently not available.");
}

TEST(JudgeSession, OfTheClientsWordsTheLastLineCounts) {
  const auto tried = judge_session({255, {}, "Warning: x\r\napp@127.0.0.1: Permission denied (publickey).\r\n"},
                                   {255, {}, {}}, "helper-1f");
  EXPECT_EQ(tried.words, "app@127.0.0.1: Permission denied (publickey).");
}

TEST(JudgeSession, EscapeSequencesDoNotReachATerminal) {
  const auto tried = judge_session({0, "\x1b[2Jx\nhelper-1f\n", {}}, {0, {}, {}}, "helper-1f");
  EXPECT_EQ(tried.stray, "\\x1b[2Jx");
}

}  // namespace
}  // namespace helper::ensure
