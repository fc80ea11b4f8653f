#include "ssh/exchange.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace helper::ssh {
namespace {

struct Split {
  std::string output;
  std::string trailer;
  bool done = false;
};

Split split(const std::string& stream, std::size_t piece) {
  MarkerSplitter splitter("BEGIN-1", "END-1");
  Split result;
  for (std::size_t at = 0; at < stream.size(); at += piece)
    result.output += splitter.feed(std::string_view(stream).substr(at, piece));
  result.trailer = splitter.trailer();
  result.done = splitter.done();
  return result;
}

TEST(MarkerSplitter, GivesTheSameHoweverTheStreamIsCut) {
  const std::string stream = "motd\nBEGIN-BEGIN-1 77\nsome EN output END- END-2 more\nEND-1 42\nand what follows";
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    const Split result = split(stream, piece);
    EXPECT_EQ(result.output, "some EN output END- END-2 more\n") << "pieces of " << piece;
    EXPECT_EQ(result.trailer, " 42");
    EXPECT_TRUE(result.done);
  }
}

TEST(MarkerSplitter, TakesOutputWithoutALastNewline) {
  EXPECT_EQ(split("BEGIN-1\nno newlineEND-1 0\n", 1).output, "no newline");
  EXPECT_EQ(split("BEGIN-1\nEND-1 0\n", 3).output, "");
}

TEST(MarkerSplitter, GivesNothingBeforeTheBeginMarker) {
  MarkerSplitter splitter("BEGIN-1", "END-1");
  EXPECT_EQ(splitter.feed("noise END-1 0\nBEGIN-"), "");
  EXPECT_FALSE(splitter.begun());
  EXPECT_EQ(splitter.feed("1 head"), "");
  EXPECT_FALSE(splitter.begun());
  EXPECT_EQ(splitter.feed("ing\n"), "");
  EXPECT_TRUE(splitter.begun());
  EXPECT_EQ(splitter.heading(), " heading");
  EXPECT_FALSE(splitter.done());
}

TEST(MarkerSplitter, FlushesWhatItHeldWhenTheStreamEnds) {
  MarkerSplitter splitter("BEGIN-1", "END-1");
  EXPECT_EQ(splitter.feed("BEGIN-1\ntext EN"), "text ");
  EXPECT_EQ(splitter.flush(), "EN");
  EXPECT_EQ(splitter.flush(), "");
}

TEST(MarkerSplitter, IsNotDoneBeforeTheTrailerIsWhole) {
  MarkerSplitter splitter("BEGIN-1", "END-1");
  EXPECT_EQ(splitter.feed("BEGIN-1\nxEND-1 1"), "x");
  EXPECT_FALSE(splitter.done());
  EXPECT_EQ(splitter.feed("30\n"), "");
  EXPECT_TRUE(splitter.done());
  EXPECT_EQ(splitter.trailer(), " 130");
}

TEST(RandomNonce, IsLongAndNeverTheSame) {
  const std::string one = random_nonce();
  EXPECT_EQ(one.size(), 32u);
  EXPECT_EQ(one.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(one, random_nonce());
}

}  // namespace
}  // namespace helper::ssh
