#include "ssh/agent.hpp"

#include <gtest/gtest.h>

namespace helper::ssh {
namespace {

TEST(Base64, FollowsTheRfcsExamples) {  // RFC 4648, section 10
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64(std::string_view("\xff\xfe\x00", 3)), "//4A");
}

TEST(ParseIdentities, ReadsWhatIdentitiesAnswerWrites) {
  const std::vector<AgentKey> keys{{"blob one", "first"}, {std::string("\0\xff", 2), ""}};
  const auto parsed = parse_identities(identities_answer(keys));
  ASSERT_TRUE(parsed) << to_text(parsed.error());
  EXPECT_EQ(*parsed, keys);
}

TEST(ParseIdentities, RefusesEveryTornAnswer) {
  const std::string whole = identities_answer({{"blob one", "first"}, {"blob two", "second"}});
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(parse_identities(whole.substr(0, size))) << size;
  EXPECT_FALSE(parse_identities(whole + "x"));
  EXPECT_FALSE(parse_identities("\x05"));
  EXPECT_FALSE(parse_identities(std::string_view("\x0c\xff\xff\xff\xff", 5)));
}

}  // namespace
}  // namespace helper::ssh
