#include "rpc/server/head.hpp"

#include <gtest/gtest.h>

#include <string>

namespace helper::rpc {
namespace {

const std::string k_head = "POST / HTTP/1.1\r\nHost: a\r\nX-A:  b c \t\r\nAccept: d\r\naccept: e\r\n\r\n";

TEST(HeadReader, UnderstandsAHeadInWhateverPiecesItComes) {
  for (std::size_t piece = 1; piece <= k_head.size(); ++piece) {
    HeadReader reader{Limits{}};
    EXPECT_TRUE(reader.empty());
    for (std::size_t at = 0; at < k_head.size(); at += piece) {
      EXPECT_FALSE(reader.done());
      const auto part = k_head.substr(at, piece);
      EXPECT_EQ(reader.feed(part), part.size());
    }
    ASSERT_TRUE(reader.done()) << piece;
    EXPECT_EQ(reader.head().method, "POST");
    EXPECT_EQ(reader.head().target, "/");
    EXPECT_EQ(reader.head().minor_version, 1);
    EXPECT_EQ(reader.head().headers,
              (std::map<std::string, std::string>{{"host", "a"}, {"x-a", "b c"}, {"accept", "d, e"}}));
  }
}

TEST(HeadReader, TakesNothingAfterTheHead) {
  HeadReader reader{Limits{}};
  EXPECT_EQ(reader.feed(k_head + "{}"), k_head.size());
  EXPECT_EQ(reader.feed("{}"), 0u);
}

TEST(HeadReader, RefusesAtTheFirstWrongByte) {
  HeadReader reader{Limits{}};
  EXPECT_EQ(reader.feed("\x16\x03\x01"), 1u);
  ASSERT_TRUE(reader.refusal());
  EXPECT_EQ(reader.refusal()->status, 400u);
  EXPECT_EQ(reader.feed("more"), 0u);
}

TEST(HeadReader, IsBoundedInBytesAndInLines) {
  Limits limits;
  limits.head = k_head.size();
  HeadReader just{limits};
  just.feed(k_head);
  EXPECT_TRUE(just.done());
  limits.head = k_head.size() - 1;
  HeadReader large{limits};
  large.feed(k_head);
  ASSERT_TRUE(large.refusal());
  EXPECT_EQ(large.refusal()->status, 431u);
  limits = {};
  limits.header_count = 3;
  HeadReader many{limits};
  many.feed(k_head);
  ASSERT_TRUE(many.refusal());
  EXPECT_EQ(many.refusal()->status, 431u);
}

}  // namespace
}  // namespace helper::rpc
