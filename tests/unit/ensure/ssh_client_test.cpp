// What two sessions came to.
#include "ensure/ssh_client.hpp"

#include <gtest/gtest.h>

namespace helper::ensure {
namespace {

std::optional<CommandOutput> ended(int exit_status, std::string out = {}, std::string err = {}) {
  return CommandOutput{exit_status, std::move(out), std::move(err)};
}

TEST(JudgeSession, ACommandsOutputAndSftpsGoodEndAreASessionThatWorks) {
  const auto tried = judge_session(ended(0, "helper-1f\nhelper-1f-home\n"), ended(0), "helper-1f");
  EXPECT_TRUE(tried.works());
  EXPECT_EQ(tried.stray, "");
}

TEST(JudgeSession, AHomeThatTheUserCannotWriteIntoIsSeen) {
  EXPECT_FALSE(judge_session(ended(0, "helper-1f\nhelper-1f-home\n"), ended(0), "helper-1f").no_home);
  const auto tried = judge_session(ended(0, "helper-1f\n"), ended(0), "helper-1f");
  EXPECT_TRUE(tried.works());
  EXPECT_TRUE(tried.no_home);
  EXPECT_FALSE(judge_session(ended(1, "no\n"), {}, "helper-1f").no_home) << "nothing is known";
}

TEST(JudgeSession, WhatAStartFilePrintsIsShownByItsFirstLine) {
  const auto tried = judge_session(ended(0, "Welcome to the lab\nsecond\nhelper-1f\nhelper-1f-home\n"),
                                   ended(255, {}, "Received message too long 1466264675\nEnsure x\n"), "helper-1f");
  EXPECT_TRUE(tried.command);
  EXPECT_FALSE(tried.sftp);
  EXPECT_EQ(tried.stray, "Welcome to the lab");
  EXPECT_EQ(tried.words, "Received message too long 1466264675");
}

TEST(JudgeSession, WhatOnlyCommandsGetIsInTheWayToo) {
  const auto tried = judge_session(ended(0, "noise of rc\nhelper-1f\nhelper-1f-home\n"), ended(0), "helper-1f");
  EXPECT_FALSE(tried.works());
  EXPECT_EQ(tried.stray, "noise of rc");
}

TEST(JudgeSession, ARefusingShellIsShownByItsWords) {
  const auto tried = judge_session(ended(1, "This account is currently not available.\n"), {}, "helper-1f");
  EXPECT_FALSE(tried.command);
  EXPECT_EQ(tried.stray, "This account is currently not available.");
}

TEST(JudgeSession, OfTheClientsWordsTheLastLineCounts) {
  const auto tried =
      judge_session(ended(255, {}, "Warning: x\r\napp@127.0.0.1: Permission denied (publickey).\r\n"), {}, "helper-1f");
  EXPECT_EQ(tried.exit_status, 255);
  EXPECT_FALSE(tried.undecided);
  EXPECT_EQ(tried.words, "app@127.0.0.1: Permission denied (publickey).");
}

TEST(JudgeSession, OneThatDoesNotEndWithinItsLimitIsUndecided) {
  const auto command = judge_session({}, {}, "helper-1f");
  EXPECT_FALSE(command.works());
  EXPECT_TRUE(command.undecided);
  EXPECT_EQ(command.words, "no answer within 20 s");
  const auto sftp = judge_session(ended(0, "helper-1f\nhelper-1f-home\n"), {}, "helper-1f");
  EXPECT_TRUE(sftp.command);
  EXPECT_FALSE(sftp.works());
  EXPECT_TRUE(sftp.undecided);
}

TEST(JudgeSession, OneThatTheAgentDoesNotSignIsUndecided) {
  const auto tried = judge_session(ended(255, {},
                                         "Warning: x\r\nsign_and_send_pubkey: signing failed for ED25519 \"k\" from "
                                         "agent: agent refused operation\r\napp@127.0.0.1: Permission denied.\r\n"),
                                   {}, "helper-1f");
  EXPECT_TRUE(tried.undecided);
  EXPECT_EQ(tried.words, "sign_and_send_pubkey: signing failed for ED25519 \"k\" from agent: agent refused operation");
}

TEST(PublicLine, HasItsKeyAsTheSecondWord) {
  EXPECT_EQ(blob_of("ssh-ed25519 AAAA me@laptop"), "AAAA");
  EXPECT_EQ(blob_of("ssh-ed25519 AAAA"), "AAAA");
}

TEST(JudgeSession, EscapeSequencesDoNotReachATerminal) {
  const auto tried = judge_session(ended(0, "\x1b[2Jx\nhelper-1f\nhelper-1f-home\n"), ended(0), "helper-1f");
  EXPECT_EQ(tried.stray, "\\x1b[2Jx");
}

}  // namespace
}  // namespace helper::ensure
