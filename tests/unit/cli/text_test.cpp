#include "cli/render/text.hpp"

#include "base/text.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace helper::cli {
namespace {

TEST(SafeLine, KeepsOrdinaryTextOfAnyScript) { EXPECT_EQ(safe_line("größe 数据 ✓", true), "größe 数据 ✓"); }

TEST(SafeLine, MakesControlCharactersVisible) {
  EXPECT_EQ(safe_line("a\x1b[2Jb\r\n\tc\x7f", true), "a\\x1b[2Jb\\x0d\\x0a\\x09c\\x7f");
}

TEST(SafeLine, MakesTheSecondSetOfControlCharactersVisible) {
  EXPECT_EQ(safe_line("x\xc2\x9b"
                      "31m",
                      true),
            "x\\u{9b}31m");
}

TEST(SafeLine, MakesWhatReordersTextVisible) {
  EXPECT_EQ(safe_line("a\u202eb\u2066c\u200b", true), "a\\u{202e}b\\u{2066}c\\u{200b}");
}

TEST(SafeLine, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(safe_line("\xff\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80\xe2\x9c", true),
            "\\xff\\xc0\\xaf\\xed\\xa0\\x80\\xf4\\x90\\x80\\x80\\xe2\\x9c");
}

TEST(SafeLine, HasOnlyAsciiForATerminalThatIsNotUtf8) { EXPECT_EQ(safe_line("ok ✓", false), "ok \\u{2713}"); }

TEST(SafeLine, NeverLetsAControlByteThroughWhateverTheInput) {
  std::mt19937 random(20250101);  // seeded: the same bytes in every run
  std::uniform_int_distribution<int> byte(0, 255);
  for (int round = 0; round < 2000; ++round) {
    std::string input;
    for (int i = 0; i < 40; ++i) input += static_cast<char>(byte(random));
    for (const char c : safe_line(input, false)) {
      ASSERT_GE(c, 0x20) << "round " << round;
      ASSERT_LT(c, 0x7f) << "round " << round;
    }
    const std::string safe = safe_line(input, true);
    ASSERT_EQ(safe_line(safe, true), safe) << "safe text is safe already, round " << round;
  }
}

TEST(SafeBlock, KeepsLinesAndDropsColours) {
  EXPECT_EQ(safe_block("\x1b[1;32mok\x1b[0m\tdone\r\n\x1b]0;title\x07next\n", true),
            "ok\tdone\n\\x1b]0;title\\x07next\n");
}

TEST(SafeBlock, PutsTheStatesOfAProgressBarBelowOneAnother) {
  EXPECT_EQ(safe_block("10%\r20%\r\n", true), "10%\n20%\n");
}

TEST(DisplayWidth, CountsColumnsNotBytes) {
  EXPECT_EQ(display_width("abc"), 3);
  EXPECT_EQ(display_width("größe"), 5);
  EXPECT_EQ(display_width("数据"), 4);
  EXPECT_EQ(display_width("e\u0301"), 1);
}

TEST(Fit, CutsToTheColumnsGiven) {
  EXPECT_EQ(fit("abcdef", 6, true), "abcdef");
  EXPECT_EQ(fit("abcdef", 5, true), "abcd…");
  EXPECT_EQ(fit("abcdef", 5, false), "abcd~");
  EXPECT_EQ(fit("数据集", 4, true), "数…");
  EXPECT_EQ(fit("abc", 0, true), "");
}

TEST(Human, SaysDurationsInTheUnitThatFits) {
  EXPECT_EQ(human(Milliseconds(-5)), "0 ms");
  EXPECT_EQ(human(Milliseconds(38)), "38 ms");
  EXPECT_EQ(human(Milliseconds(99)), "99 ms");
  EXPECT_EQ(human(Milliseconds(100)), "0.1 s");
  EXPECT_EQ(human(Milliseconds(9'949)), "9.9 s");
  EXPECT_EQ(human(Milliseconds(9'950)), "10 s");
  EXPECT_EQ(human(Milliseconds(59'600)), "1 min 0 s");
  EXPECT_EQ(human(Milliseconds(185'000)), "3 min 5 s");
}

TEST(Counted, TakesThePluralExceptForOne) {
  EXPECT_EQ(counted(1, "step"), "1 step");
  EXPECT_EQ(counted(0, "step"), "0 steps");
}

}  // namespace
}  // namespace helper::cli
