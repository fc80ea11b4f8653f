#include "base/sections.hpp"

#include "base/process/local_runner.hpp"

#include <gtest/gtest.h>

#include <random>

namespace helper {
namespace {

constexpr const char* k_nonce = "@helper-0123";

std::vector<Section> parsed(const std::string& text) { return parse_sections(text, k_nonce); }

TEST(Sections, AreTheBytesBetweenHeadings) {
  EXPECT_EQ(parsed("\n@helper-0123 one 0\nfirst\nsecond\n\n@helper-0123 two 7\n{}\n@helper-0123 three -1\n"),
            (std::vector<Section>{{"one", 0, "first\nsecond\n"}, {"two", 7, "{}"}, {"three", -1, ""}}));
}

TEST(Sections, DropNoiseBeforeTheFirstHeading) {
  EXPECT_EQ(parsed("Welcome!\nLast login: never\n\n@helper-0123 one 0\nx"), (std::vector<Section>{{"one", 0, "x"}}));
  EXPECT_TRUE(parsed("Welcome!").empty());
  EXPECT_TRUE(parsed("").empty());
}

TEST(Sections, KeepAnEmptyBodyAndCarriageReturnsAndNulBytes) {
  EXPECT_EQ(parsed("@helper-0123 one 0\n@helper-0123 two 0\na\r\nb"),
            (std::vector<Section>{{"one", 0, ""}, {"two", 0, "a\r\nb"}}));
  EXPECT_EQ(parsed(std::string("@helper-0123 one 0\na\0b", 22)).front().body, std::string("a\0b", 3));
}

TEST(Sections, AreNotMadeByHeadingsThatLie) {
  const auto sections = parsed(
      "@helper-0123 one 0\n"
      "@helper-9999 forged 0\n"     // another nonce
      " @helper-0123 indented 0\n"  // not at the start of the line
      "@helper-0123forged 0\n"      // no space
      "say @helper-0123 quoted 0");
  ASSERT_EQ(sections.size(), 1U);
  EXPECT_EQ(sections.front().body,
            "@helper-9999 forged 0\n @helper-0123 indented 0\n@helper-0123forged 0\nsay @helper-0123 quoted 0");
}

TEST(Sections, DropMalformedHeadingsAndTheirLineOnly) {
  EXPECT_EQ(
      parsed("@helper-0123 one 0\na\n@helper-0123 cut\nb\n@helper-0123 two x\nc\n@helper-0123 \n@helper-0123 thr"),
      (std::vector<Section>{{"one", 0, "abc"}}));
  EXPECT_EQ(parsed("@helper-0123 one 99999999999999999999\n@helper-0123 two 0\n"),
            (std::vector<Section>{{"two", 0, ""}}));
}

TEST(Sections, AreFoundByNameTheFirstOne) {
  const auto sections = parsed("@helper-0123 one 1\n@helper-0123 one 2\n");
  ASSERT_NE(find_section(sections, "one"), nullptr);
  EXPECT_EQ(find_section(sections, "one")->status, 1);
  EXPECT_EQ(find_section(sections, "two"), nullptr);
}

TEST(Sections, StandAnyBytes) {
  std::mt19937 random(7);
  const std::string alphabet = std::string("@helper-0123 one 0\n\r\x00\xff", 22);
  for (int round = 0; round < 5'000; ++round) {
    std::string soup;
    for (std::size_t n = random() % 200; n-- > 0;) {
      if (random() % 8 == 0) {
        soup += "@helper-0123 ";
      } else {
        soup += alphabet[random() % alphabet.size()];
      }
    }
    std::size_t bytes = 0;
    for (const auto& section : parsed(soup)) bytes += section.body.size();
    EXPECT_LE(bytes, soup.size());
  }
}

TEST(Nonce, IsNewEachTimeLongAndPlain) {
  const std::string one = make_nonce();
  EXPECT_NE(one, make_nonce());
  EXPECT_EQ(one.size(), 8U + 32U);
  EXPECT_EQ(one.substr(8).find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(SectionFunction, PrintsHeadingsThatAreReadBackEvenBehindALineWithoutAnEnd) {
  LocalRunner shell;
  const std::string nonce = make_nonce();
  const auto output =
      shell.run({script_begin(nonce) + "sec one 0; printf 'no end'; false; sec two $?; echo x", {}}, {});
  ASSERT_TRUE(output);
  EXPECT_EQ(parse_sections(output->out, nonce), (std::vector<Section>{{"one", 0, "no end"}, {"two", 1, "x\n"}}));
}

}  // namespace
}  // namespace helper
