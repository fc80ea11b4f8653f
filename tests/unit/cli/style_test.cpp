#include "cli/render/style.hpp"

#include <gtest/gtest.h>

namespace helper::cli {
namespace {

OutputFacts terminal() {
  OutputFacts facts;
  facts.is_terminal = true;
  facts.columns = 132;
  facts.term = "xterm-256color";
  facts.locale = "en_GB.UTF-8";
  return facts;
}

TEST(ChooseStyle, UsesColoursAndTheLiveLineInATerminal) {
  EXPECT_EQ(choose_style(terminal()), (Style{.color = true, .live = true, .utf8 = true, .width = 132}));
}

TEST(ChooseStyle, WritesNoEscapeCodesOutsideATerminal) {
  OutputFacts facts = terminal();
  facts.is_terminal = false;
  EXPECT_EQ(choose_style(facts), (Style{.color = false, .live = false, .utf8 = true, .width = 80}));
}

TEST(ChooseStyle, ObeysNoColorDumbTerminalsAndTheOption) {
  OutputFacts by_variable = terminal();
  by_variable.no_color = "1";
  OutputFacts dumb = terminal();
  dumb.term = "dumb";
  OutputFacts unnamed = terminal();
  unnamed.term = "";
  OutputFacts by_option = terminal();
  by_option.no_color_option = true;
  for (const OutputFacts& facts : {by_variable, dumb, unnamed, by_option}) {
    EXPECT_FALSE(choose_style(facts).color);
    EXPECT_FALSE(choose_style(facts).live);
  }
}

TEST(ChooseStyle, TakesUtf8FromTheLocaleOnly) {
  for (const char* name : {"C.utf8", "de_DE.UTF-8", "en_US.utf-8"}) {
    OutputFacts facts = terminal();
    facts.locale = name;
    EXPECT_TRUE(choose_style(facts).utf8) << name;
  }
  for (const char* name : {"", "C", "POSIX", "de_DE.ISO-8859-1"}) {
    OutputFacts facts = terminal();
    facts.locale = name;
    EXPECT_FALSE(choose_style(facts).utf8) << name;
  }
}

TEST(ChooseStyle, KeepsTheWidthWithinReason) {
  OutputFacts facts = terminal();
  facts.columns = 1;
  EXPECT_EQ(choose_style(facts).width, 20);
  facts.columns = 0;
  EXPECT_EQ(choose_style(facts).width, 80);
}

TEST(PaintText, LeavesTheTextAloneWithoutColours) {
  EXPECT_EQ(paint({}, Paint::red, "x"), "x");
  EXPECT_EQ(paint({.color = true}, Paint::red, "x"), "\x1b[31mx\x1b[0m");
}

}  // namespace
}  // namespace helper::cli
