#include "keeper/http.hpp"

#include <gtest/gtest.h>

#include <random>

namespace helper::keeper {
namespace {

using std::string_literals::operator""s;

TEST(KeeperHttp, WhatComesFromElsewhereIsOneHarmlessLine) {
  EXPECT_EQ(one_line("a\x1b[31m\n\xc3\xa4"), "a?[31m???");
  EXPECT_EQ(one_line("abcdef", 3), "abc...");
  EXPECT_EQ(last_line("first\nlast\r\n \n"), "last");
  EXPECT_EQ(last_line(" \n\n"), "");
  EXPECT_EQ(last_line("only"), "only");
}

TEST(KeeperHttp, ARequestIsWhole) {
  EXPECT_EQ(request("POST", "/x", "{}", true),
            "POST /x HTTP/1.1\r\nHost: engine\r\nUser-Agent: helper-keeper\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
            "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_EQ(request("GET", "/x", "", false),
            "GET /x HTTP/1.1\r\nHost: engine\r\nUser-Agent: helper-keeper\r\nConnection: close\r\n\r\n");
}

TEST(KeeperHttp, AHeadIsMeasuredBeforeItIsRead) {
  EXPECT_EQ(head_size("HTTP/1.1 200 OK\r\n").value(), std::nullopt);
  EXPECT_EQ(head_size("HTTP/1.1 200 OK\r\n\r\nbody").value(), 19U);
  EXPECT_FALSE(head_size(std::string(k_head_limit, 'a')));
  EXPECT_TRUE(head_size(std::string(k_head_limit - 1, 'a')));
}

TEST(KeeperHttp, HeadsOfEnginesAreUnderstood) {
  const auto plain = parse_head("HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\ncontent-length:  12 \r\n\r\n");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->status, 200);
  EXPECT_EQ(plain->length, 12U);
  EXPECT_FALSE(plain->chunked);
  const auto chunked = parse_head("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  ASSERT_TRUE(chunked);
  EXPECT_TRUE(chunked->chunked);
  const auto upgraded = parse_head("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
  ASSERT_TRUE(upgraded);
  EXPECT_EQ(upgraded->status, 101);
  EXPECT_EQ(parse_head("HTTP/1.0 404\r\n\r\n")->status, 404);
}

TEST(KeeperHttp, HostileHeadsAreRefused) {
  for (const std::string& head : {
           ""s,
           "\r\n"s,
           "\r\n\r\n"s,
           "HTTP/2 200 OK\r\n\r\n"s,
           "HTTP/1.1 20 OK\r\n\r\n"s,
           "HTTP/1.1 2000\r\n\r\n"s,
           "HTTP/1.1 000 no\r\n\r\n"s,
           "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"s,
           "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"s,
           "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"s,
           "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n"s,
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"s,
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"s,
           "HTTP/1.1 200 OK\r\n: x\r\n\r\n"s,
           "HTTP/1.1 200 OK\r\nno colon\r\n\r\n"s,
           "HTTP/1.1 200 OK\r\n folded: x\r\n\r\n"s,
           "HTTP/1.1 200 OK\r\na\0b: x\r\n\r\n"s,
           "HTTP/1.1 200 OK\r\nA: b\r\n"s,
           "HTTP/1.1 200 OK\r\n\r\nmore"s,
       }) {
    EXPECT_FALSE(parse_head(head)) << head;
  }
}

// The same bytes in pieces of each size.
Result<std::string> unchunk(std::string_view bytes, std::size_t piece, bool& done) {
  ChunkReader reader;
  std::string body;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    if (auto fed = reader.feed(bytes.substr(at, piece), body); !fed) return tl::unexpected<Error>(fed.error());
  }
  done = reader.is_done();
  return body;
}

TEST(KeeperHttp, ChunksMayBeCutAnywhere) {
  const std::string bytes = "4\r\nWiki\r\n0A;why=not\r\npedia in\r\n\r\n0\r\nTrailer: x\r\n\r\n";
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    bool done = false;
    EXPECT_EQ(unchunk(bytes, piece, done).value(), "Wikipedia in\r\n");
    EXPECT_TRUE(done);
  }
  bool done = true;
  EXPECT_EQ(unchunk("4\r\nWi", 1, done).value(), "Wi");
  EXPECT_FALSE(done);
}

TEST(KeeperHttp, HostileChunksAreRefused) {
  bool done = false;
  for (const std::string& bytes :
       {"x\r\n"s, "\r\n"s, "-1\r\n"s, "123456789\r\n"s, "4\nWiki"s, "4\r\nWikiX\r\n"s, "4\r\nWiki4\r\n"s,
        "0\r\n\r\nmore"s, "4;"s + std::string(5000, 'a'), "0\r\n"s + []() {
          std::string trailers;
          for (int i = 0; i < 20; ++i) trailers += "T: " + std::string(900, 'a') + "\r\n";
          return trailers;
        }()}) {
    EXPECT_FALSE(unchunk(bytes, 7, done)) << bytes.substr(0, 40);
  }
}

std::string frame(char stream, const std::string& text) {
  std::string out{stream, 0, 0, 0};
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(text.size() >> shift & 0xff);
  return out + text;
}

TEST(KeeperHttp, FramesMayBeCutAnywhere) {
  const auto bytes = frame(1, "out\n") + frame(2, "") + frame(2, "err\n") + frame(1, "end");
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    FrameReader reader;
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      ASSERT_TRUE(reader.feed(std::string_view(bytes).substr(at, piece)));
    EXPECT_EQ(reader.tail(), "out\nerr\nend");
  }
}

TEST(KeeperHttp, OnlyTheEndOfAnOutputIsKept) {
  FrameReader reader;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(reader.feed(frame(1, std::string(10'000, 'a'))));
  ASSERT_TRUE(reader.feed(frame(1, "last")));
  EXPECT_EQ(reader.tail().size(), k_tail_limit);
  EXPECT_TRUE(reader.tail().ends_with("aalast"));
  // A frame that says it has 4 GiB takes no memory.
  ASSERT_TRUE(reader.feed("\x01\0\0\0\xff\xff\xff\xff"s + "more"));
  EXPECT_TRUE(reader.tail().ends_with("lastmore"));
}

TEST(KeeperHttp, WhatIsNoFrameIsRefused) {
  EXPECT_FALSE(FrameReader().feed("plain text of a terminal"));
  EXPECT_FALSE(FrameReader().feed("\x04\0\0\0\0\0\0\1x"s));
  EXPECT_FALSE(FrameReader().feed("\xff\0\0\0\0\0\0\1x"s));
  EXPECT_FALSE(FrameReader().feed("\x01\0\1\0\0\0\0\1x"s));
}

TEST(KeeperHttp, LinesAreCutAndLongOnesLeftOut) {
  LineReader reader(8);
  EXPECT_EQ(reader.feed("one\ntw"), std::vector<std::string>{"one"});
  EXPECT_EQ(reader.feed("o\n\r\n\n"), std::vector<std::string>{"two"});
  EXPECT_FALSE(reader.lost_a_line());
  EXPECT_TRUE(reader.feed("much too").empty());
  EXPECT_TRUE(reader.feed(" long").empty());
  EXPECT_EQ(reader.feed(" line\nfour\n"), std::vector<std::string>{"four"});
  EXPECT_TRUE(reader.lost_a_line());
  EXPECT_FALSE(reader.lost_a_line());
}

TEST(KeeperHttp, NoBytesMakeAReaderFail) {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> any(0, 255);
  constexpr std::string_view k_likely = "0123456789abcdef\r\n;:HTTP/1. ";
  for (int round = 0; round < 3000; ++round) {
    std::string bytes;
    for (int i = any(random); i > 0; --i) {
      const auto value = static_cast<std::size_t>(any(random));
      bytes += value % 3 == 0 ? static_cast<char>(value) : k_likely[value % k_likely.size()];
    }
    std::string body;
    LineReader lines(16);
    EXPECT_LE(lines.feed(bytes).size(), bytes.size());
    static_cast<void>(parse_head(bytes));
    static_cast<void>(ChunkReader().feed(bytes, body));
    static_cast<void>(FrameReader().feed(bytes));
    EXPECT_LE(body.size(), bytes.size());
  }
}

}  // namespace
}  // namespace helper::keeper
