#include "base/text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace helper {
namespace {

constexpr std::array<std::string_view, 4> k_words{"shm_size", "image", "gpus", "hostname"};

TEST(Nearest, FindsTheWordThatWasMeant) {
  EXPECT_EQ(nearest("shm-size", k_words), "shm_size");
  EXPECT_EQ(nearest("SHM_SIZE", k_words), "shm_size");
  EXPECT_EQ(nearest("imgae", k_words), "image");
  EXPECT_EQ(nearest("gpu", k_words), "gpus");
  EXPECT_EQ(nearest("hostnam", k_words), "hostname");
}

TEST(Nearest, OffersNothingForWhatIsFarFromAll) {
  EXPECT_EQ(nearest("volumes", k_words), std::nullopt);
  EXPECT_EQ(nearest("x", k_words), std::nullopt);
  EXPECT_EQ(nearest("", k_words), std::nullopt);
  EXPECT_EQ(nearest(std::string(100'000, 'g'), k_words), std::nullopt);
  EXPECT_EQ(nearest("gpus", {}), std::nullopt);
}

TEST(Printable, ShowsControlCharactersAndBadBytesAsEscapes) {
  EXPECT_EQ(printable("plain \xC3\xA4 text"), "plain \xC3\xA4 text");
  EXPECT_EQ(printable("a\nb\tc\rd\x1b[2J\x7f"), "a\\nb\\tc\\rd\\x1b[2J\\x7f");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(printable("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(printable("\xc2\x9b"), "\\u009b");
  EXPECT_EQ(printable("a\u202eb\u200b\ufeff\u061c"), "a\\u202eb\\u200b\\ufeff\\u061c") << "what reorders or hides text";
  EXPECT_EQ(printable("\u00ad\u115f\u2800\u3164\ufe0f\U000e0100"), "\\u00ad\\u115f\\u2800\\u3164\\ufe0f\\ue0100");
  EXPECT_EQ(printable("\u2010\u203a\U0001f600\uff21"), "\u2010\u203a\U0001f600\uff21");
}

TEST(Printable, CutsWhatIsTooLongBetweenCharacters) {
  EXPECT_EQ(printable("abcdef", 3), "abc...");
  EXPECT_EQ(printable("abc", 3), "abc");
  EXPECT_EQ(printable("\xC3\xA4\xC3\xA4", 1), "\xC3\xA4...");
}

TEST(FindBadUtf8, AcceptsWhatIsWellFormed) {
  for (const std::string_view good : {"", "a", "\x7f", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                                      "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(find_bad_utf8(good), std::string_view::npos) << good;
  }
}

TEST(FindBadUtf8, NamesTheFirstByteThatIsNot) {
  for (const std::string_view bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2x", "\xE0\x9F\xBF", "\xED\xA0\x80",
                                     "\xE1\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE"}) {
    EXPECT_EQ(find_bad_utf8("ab" + std::string(bad)), 2u) << printable(bad);
  }
}

}  // namespace
}  // namespace helper
