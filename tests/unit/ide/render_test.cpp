#include "ide/render.hpp"

#include "support/golden.hpp"
#include "unit/ide/sample.hpp"

#include <gtest/gtest.h>

namespace helper::ide {
namespace {

TEST(SettingsText, IsTheExpectedText) {
  const auto text = settings_text(test::sample());
  ASSERT_TRUE(text);
  EXPECT_TRUE(helper::test::matches_file("tests/golden/settings.txt", *text));
}

TEST(SettingsText, LeavesOutWhatTheTargetDoesNotHave) {
  Access i = test::sample();
  i.project_local.clear();
  i.project_remote.clear();
  i.jupyter_port = 0;
  i.jupyter_url.clear();
  i.python_cause.clear();
  const auto text = settings_text(i);
  ASSERT_TRUE(text);
  EXPECT_TRUE(helper::test::matches_file("tests/golden/settings_bare.txt", *text));
}

TEST(SettingsText, SaysWhenNoJupyterAnswersAtItsPort) {
  Access i = test::sample();
  i.jupyter_url.clear();
  const auto text = settings_text(i);
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("  address      http://127.0.0.1:8888/ (nothing answers there)\n"), std::string::npos) << *text;
}

TEST(SettingsText, WhatTheContainerSaysOfItselfCannotSteerTheTerminal) {
  Access i = test::sample();
  i.python_version = "3\x1b]0;owned\x07\nTarget x";
  i.python_prefix = "\xff\xc2\x9b";
  const auto text = settings_text(i);
  ASSERT_TRUE(text);
  EXPECT_EQ(text->find_first_of("\x1b\x07"), std::string::npos);
  EXPECT_NE(text->find("3\\x1b]0;owned\\x07\\nTarget x\n"), std::string::npos);
  EXPECT_NE(text->find("\\xff\\u009b\n"), std::string::npos);
}

TEST(SettingsText, TheSshCommandIsQuotedForAShell) {
  Access i = test::sample();
  i.key_file = "/home/me my/id";
  const auto text = settings_text(i);
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("'-oIdentityFile=\"/home/me my/id\"' "), std::string::npos) << *text;
}

TEST(SettingsText, OfATargetWithoutPythonSaysSoAndStillTellsHowToGetIn) {
  Access access = test::sample();
  access.python.clear();
  access.python_cause = "no Python in the container answered";
  const auto text = settings_text(access);
  ASSERT_TRUE(text);
  EXPECT_NE(text->find("none         no Python in the container answered\n"), std::string::npos) << *text;
  EXPECT_EQ(text->find("PyCharm ("), std::string::npos) << *text;
  EXPECT_NE(text->find("command"), std::string::npos) << *text;
}

}  // namespace
}  // namespace helper::ide
