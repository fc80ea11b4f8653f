#include "base/digest.hpp"

#include <gtest/gtest.h>

#include <set>

namespace helper {
namespace {

TEST(RandomToken, IsSixtyFourHexadecimalDigitsAndNeverTheSame) {
  std::set<std::string> tokens;
  for (int i = 0; i < 100; ++i) {
    const std::string token = random_token();
    EXPECT_TRUE(is_token(token)) << token;
    EXPECT_TRUE(tokens.insert(token).second);
  }
}

TEST(RandomToken, IsNothingShorterLongerOrOtherwiseWritten) {
  const std::string good(64, 'a');
  EXPECT_TRUE(is_token(good));
  for (const std::string& bad : {std::string(), good.substr(1), good + "a", "A" + good.substr(1), "g" + good.substr(1),
                                 "\n" + good.substr(1), "\"" + good.substr(1)}) {
    EXPECT_FALSE(is_token(bad)) << bad;
  }
}

TEST(Base64, IsWhatRfc4648Lists) {
  const std::pair<std::string, std::string> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : cases) EXPECT_EQ(base64(bytes), text);
  EXPECT_EQ(base64(std::string("\0\xff\n", 3)), "AP8K");
  EXPECT_EQ(base64(std::string(7UL << 20U, 'f')).size(), ((7UL << 20U) + 2) / 3 * 4)
      << "pieces of it join without a seam";
}

}  // namespace
}  // namespace helper
