// What no proper client sends, each as raw bytes on a connection of its own: one clear answer, and the server goes on.
#include "base/digest.hpp"
#include "rpc/bind_service.hpp"
#include "rpc/server/http_server.hpp"
#include "support/fake_service.hpp"
#include "support/raw_http.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace helper::rpc {
namespace {

using namespace std::chrono_literals;
using helper::test::http_status;
using helper::test::RawHttp;

const std::string k_call = R"({"jsonrpc":"2.0","id":1,"method":"version"})";

// @H, @T, @L and @B are the right Host, Authorization, Content-Length and body; @J is the right Content-Type.
struct Oddity {
  std::string name;
  std::string bytes;
  int status = 400;
};

std::string many(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::string zero() { return std::string(1, '\0'); }

const std::string k_good = "@H\r\n@T\r\n@J\r\n@L\r\n";

std::vector<Oddity> request_lines() {
  const auto odd = [](const std::string& name, const std::string& line, int status = 400) {
    return Oddity{name, line + "\r\n" + k_good + "\r\n@B", status};
  };
  return {
      odd("a method in lower case", "post / HTTP/1.1", 405),
      odd("a method in mixed case", "Post / HTTP/1.1", 405),
      odd("GET", "GET / HTTP/1.1", 405),
      odd("PUT", "PUT / HTTP/1.1", 405),
      odd("DELETE", "DELETE / HTTP/1.1", 405),
      odd("OPTIONS of everything", "OPTIONS * HTTP/1.1", 405),
      odd("TRACE", "TRACE / HTTP/1.1", 405),
      odd("CONNECT", "CONNECT 127.0.0.1:22 HTTP/1.1", 405),
      odd("PATCH", "PATCH / HTTP/1.1", 405),
      odd("a method that nobody knows", "BREW / HTTP/1.1", 405),
      odd("a method that begins like ours", "POSTS / HTTP/1.1", 405),
      odd("a method with a slash", "PO/ST / HTTP/1.1"),
      odd("a method of 8,000 letters", std::string(8'000, 'A') + " / HTTP/1.1", 405),
      odd("no method", " / HTTP/1.1"),
      odd("no target", "POST HTTP/1.1"),
      odd("an empty target", "POST  HTTP/1.1"),
      odd("two spaces before the target", "POST  / HTTP/1.1"),
      odd("two spaces before the version", "POST /  HTTP/1.1"),
      odd("a tab for a space", "POST\t/\tHTTP/1.1"),
      odd("a space at the end", "POST / HTTP/1.1 "),
      odd("a space in the target", "POST /a b HTTP/1.1"),
      odd("an absolute target", "POST http://127.0.0.1/ HTTP/1.1", 404),
      odd("the target of another place", "POST http://evil.example/ HTTP/1.1", 404),
      odd("another path", "POST /rpc HTTP/1.1", 404),
      odd("a query", "POST /?method=version HTTP/1.1", 404),
      odd("a fragment", "POST /#a HTTP/1.1", 404),
      odd("two slashes", "POST // HTTP/1.1", 404),
      odd("a path that goes up", "POST /../../etc/passwd HTTP/1.1", 404),
      odd("an encoded slash", "POST %2F HTTP/1.1", 404),
      odd("a target of 15,000 letters", "POST /" + std::string(15'000, 'a') + " HTTP/1.1", 404),
      odd("a target of 17,000 letters", "POST /" + std::string(17'000, 'a') + " HTTP/1.1", 431),
      odd("a target that is not ASCII", "POST /\xc3\xa9 HTTP/1.1"),
      odd("no version", "POST /"),
      odd("HTTP/0.9", "POST / HTTP/0.9", 505),
      odd("HTTP/1.2", "POST / HTTP/1.2", 505),
      odd("HTTP/2.0", "POST / HTTP/2.0", 505),
      odd("HTTP/9.9", "POST / HTTP/9.9", 505),
      odd("a version in lower case", "POST / http/1.1"),
      odd("a version of one number", "POST / HTTP/1"),
      odd("a version of three numbers", "POST / HTTP/1.1.1"),
      odd("a version of two digits", "POST / HTTP/1.10"),
      odd("a negative version", "POST / HTTP/-1.1"),
      odd("another protocol", "POST / ICAP/1.0"),
      odd("a zero byte in the first line", "POST /" + zero() + " HTTP/1.1"),
      odd("an escape sequence in the first line", "POST /\x1b[31m HTTP/1.1"),
  };
}

std::vector<Oddity> headers() {
  const auto odd = [](const std::string& name, const std::string& lines, int status = 400) {
    return Oddity{name, "POST / HTTP/1.1\r\n" + lines + "\r\n@B", status};
  };
  return {
      odd("no Host", "@T\r\n@J\r\n@L\r\n", 403),
      odd("an empty Host", "Host:\r\n@T\r\n@J\r\n@L\r\n", 403),
      odd("two Hosts", "@H\r\n" + k_good),
      odd("two Hosts that differ", "Host: evil.example\r\n" + k_good),
      odd("a foreign Host", "Host: evil.example\r\n@T\r\n@J\r\n@L\r\n", 403),
      odd("a Host that begins like ours", "Host: 127.0.0.1.evil.example\r\n@T\r\n@J\r\n@L\r\n", 403),
      odd("a Host with a name before it", "Host: me@127.0.0.1\r\n@T\r\n@J\r\n@L\r\n", 403),
      odd("a Host with a port that is no number", "Host: 127.0.0.1:x\r\n@T\r\n@J\r\n@L\r\n", 403),
      odd("an Origin", k_good + "Origin: http://127.0.0.1\r\n", 403),
      odd("an Origin that is null", k_good + "Origin: null\r\n", 403),
      odd("a Referer", k_good + "Referer: http://evil.example/\r\n", 403),
      odd("no Content-Type", "@H\r\n@T\r\n@L\r\n", 415),
      odd("text/plain, as a page's form sends it", "@H\r\n@T\r\n@L\r\nContent-Type: text/plain\r\n", 415),
      odd("two Content-Types", k_good + "Content-Type: text/plain\r\n"),
      odd("two tokens", "@H\r\n@T\r\n@T\r\n@J\r\n@L\r\n"),
      odd("no Content-Length", "@H\r\n@T\r\n@J\r\n", 411),
      odd("two Content-Lengths", k_good + "@L\r\n"),
      odd("two Content-Lengths that differ", k_good + "Content-Length: 3\r\n"),
      odd("a list of Content-Lengths", "@H\r\n@T\r\n@J\r\nContent-Length: 43, 43\r\n"),
      odd("a negative Content-Length", "@H\r\n@T\r\n@J\r\nContent-Length: -1\r\n"),
      odd("a Content-Length with a plus", "@H\r\n@T\r\n@J\r\nContent-Length: +43\r\n"),
      odd("a Content-Length in hexadecimal", "@H\r\n@T\r\n@J\r\nContent-Length: 0x2b\r\n"),
      odd("a Content-Length with a point", "@H\r\n@T\r\n@J\r\nContent-Length: 43.0\r\n"),
      odd("a Content-Length with a space in it", "@H\r\n@T\r\n@J\r\nContent-Length: 4 3\r\n"),
      odd("an empty Content-Length", "@H\r\n@T\r\n@J\r\nContent-Length:\r\n"),
      odd("a Content-Length that is a word", "@H\r\n@T\r\n@J\r\nContent-Length: all\r\n"),
      odd("a Content-Length of 9 MiB", "@H\r\n@T\r\n@J\r\nContent-Length: 9437184\r\n", 413),
      odd("a Content-Length of 2^63", "@H\r\n@T\r\n@J\r\nContent-Length: 9223372036854775808\r\n", 413),
      odd("a Content-Length of 2^64", "@H\r\n@T\r\n@J\r\nContent-Length: 18446744073709551616\r\n"),
      odd("a Content-Length of a hundred digits",
          "@H\r\n@T\r\n@J\r\nContent-Length: " + std::string(100, '9') + "\r\n"),
      odd("chunks", "@H\r\n@T\r\n@J\r\nTransfer-Encoding: chunked\r\n", 411),
      odd("chunks and a length", k_good + "Transfer-Encoding: chunked\r\n"),
      odd("chunks written in another way", k_good + "Transfer-Encoding: xchunked\r\n"),
      odd("a body said to be as it is", k_good + "Transfer-Encoding: identity\r\n"),
      odd("two Transfer-Encodings", k_good + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
      odd("a space before the colon", k_good + "Transfer-Encoding : chunked\r\n"),
      odd("a space before the colon of the length", "@H\r\n@T\r\n@J\r\nContent-Length : 43\r\n"),
      odd("a header that goes on in the next line", k_good + "X-A: a\r\n b\r\n"),
      odd("a header that goes on with a tab", k_good + "X-A: a\r\n\tb\r\n"),
      odd("a first header that goes on", " X-A: a\r\n" + k_good),
      odd("a header without a colon", k_good + "no colon\r\n"),
      odd("a header without a name", k_good + ": a\r\n"),
      odd("a header's name with a space", k_good + "X A: a\r\n"),
      odd("a header's name with a bracket", k_good + "X(A): a\r\n"),
      odd("a header's name that is not ASCII", k_good + "X-\xc3\xa9: a\r\n"),
      odd("a zero byte in a value", k_good + "X-A: a" + zero() + "b\r\n"),
      odd("a bell in a value", k_good + "X-A: \a\r\n"),
      odd("DEL in a value", k_good + "X-A: \x7f\r\n"),
      odd("a value that is not ASCII", k_good + "X-A: \xff\r\n"),
      odd("a carriage return in a value", k_good + "X-A: a\rb\r\n"),
      odd("a line that ends with a line feed alone", k_good + "X-A: a\n"),
      odd("two carriage returns at a line's end", k_good + "X-A: a\r\r\n"),
      odd("101 headers", k_good + many("X-A: a\r\n", 101), 431),
      odd("a header of 20,000 letters", k_good + "X-A: " + std::string(20'000, 'a') + "\r\n", 431),
      odd("an expectation that nobody can meet", k_good + "Expect: a miracle\r\n", 417),
      odd("an empty expectation", k_good + "Expect:\r\n", 417),
      odd("two expectations", k_good + "Expect: 100-continue\r\nExpect: 100-continue\r\n"),
  };
}

std::vector<Oddity> other_protocols() {
  return {
      {"an empty line", "\r\n\r\n", 400},
      {"an empty line before a request", "\r\nPOST / HTTP/1.1\r\n" + k_good + "\r\n@B", 400},
      {"a line feed", "\n", 400},
      {"a zero byte", zero(), 400},
      {"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400},
      {"SSH", "SSH-2.0-OpenSSH_9.2p1\r\n", 400},
      {"SMTP", "EHLO localhost\r\n", 400},
      {"Redis", "*1\r\n$4\r\nPING\r\n", 400},
      {"SOCKS", "\x05\x01\x01", 400},
      {"HTTP/0.9", "GET /\r\n", 400},
      {"HTTP/0.9 with a line feed", "GET /\n", 400},
      {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"an answer", "HTTP/1.1 200 OK\r\n\r\n", 400},
      {"JSON without HTTP", k_call, 400},
      {"all lines end with a line feed", "POST / HTTP/1.1\n\n", 400},
      {"a head that ends too early", "POST / HTTP/1.1\r\nHost: 127", 400},
      {"half a first line", "POST / HT", 400},
      {"a body that ends too early", "POST / HTTP/1.1\r\n@H\r\n@T\r\n@J\r\nContent-Length: 100\r\n\r\n{", 400},
  };
}

class Oddities : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.token = random_token();
    options_.socket = folder_.path() / "s";
    auto started = HttpServer::start(std::make_shared<Dispatcher>(bind_service(service_), [] {}), options_);
    ASSERT_TRUE(started) << to_text(started.error());
    server_ = std::move(*started);
  }

  [[nodiscard]] std::string filled(std::string text, bool by_socket) const {
    const std::string host = by_socket ? "localhost" : "127.0.0.1:" + std::to_string(server_->port());
    const std::pair<std::string, std::string> words[] = {{"@H", "Host: " + host},
                                                         {"@T", "Authorization: Bearer " + options_.token},
                                                         {"@J", "Content-Type: application/json"},
                                                         {"@L", "Content-Length: " + std::to_string(k_call.size())},
                                                         {"@B", k_call}};
    for (const auto& [word, value] : words) {
      for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + value.size()))
        text.replace(at, word.size(), value);
    }
    return text;
  }

  void try_out(const Oddity& oddity, bool by_socket) const {
    SCOPED_TRACE(oddity.name + (by_socket ? ", at the Unix socket" : ""));
    RawHttp http = by_socket ? RawHttp(server_->socket()) : RawHttp(server_->port());
    ASSERT_TRUE(http.connected());
    ASSERT_TRUE(http.send(filled(oddity.bytes, by_socket)));
    http.finish();
    const std::string answer = http.read_all();
    EXPECT_EQ(http_status(answer), oddity.status) << answer;
    EXPECT_TRUE(http.closed());
    EXPECT_EQ(answer.find("\nHTTP/1.1 "), std::string::npos) << "more than one answer: " << answer;
    const auto body = answer.find("\r\n\r\n");
    ASSERT_NE(body, std::string::npos);
    const Json json = Json::parse(answer.substr(body + 4), nullptr, false);
    EXPECT_FALSE(json["error"]["message"].get<std::string>().empty());
  }

  helper::test::TempFolder folder_;
  helper::test::FakeService service_;
  ServerOptions options_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(Oddities, OfTheFirstLineGetOneClearAnswerEach) {
  for (const bool by_socket : {false, true}) {
    for (const auto& oddity : request_lines()) try_out(oddity, by_socket);
  }
}

TEST_F(Oddities, OfTheHeadersGetOneClearAnswerEach) {
  for (const bool by_socket : {false, true}) {
    for (const auto& oddity : headers()) try_out(oddity, by_socket);
  }
}

TEST_F(Oddities, OfOtherProtocolsGetOneClearAnswerEach) {
  for (const bool by_socket : {false, true}) {
    for (const auto& oddity : other_protocols()) try_out(oddity, by_socket);
  }
}

TEST_F(Oddities, AreAsManyAsTheyWereBeforeAndMore) {
  EXPECT_GE(request_lines().size() + headers().size() + other_protocols().size(), 87u);
}

TEST_F(Oddities, ThatAreLegalAreUnderstood) {
  const std::vector<Oddity> legal{
      {"no space after a colon", "POST / HTTP/1.1\r\n" + k_good + "X-A:a\r\n\r\n@B", 200},
      {"spaces around a value", "POST / HTTP/1.1\r\n" + k_good + "X-A: \t a \t\r\n\r\n@B", 200},
      {"an empty value", "POST / HTTP/1.1\r\n" + k_good + "X-A:\r\n\r\n@B", 200},
      {"names in capitals", "POST / HTTP/1.1\r\n@H\r\n@T\r\nCONTENT-TYPE: APPLICATION/JSON\r\n@L\r\n\r\n@B", 200},
      {"a charset", "POST / HTTP/1.1\r\n@H\r\n@T\r\nContent-Type: application/json; charset=utf-8\r\n@L\r\n\r\n@B",
       200},
      {"a header twice that may be", "POST / HTTP/1.1\r\n" + k_good + "Accept: a/b\r\nAccept: c/d\r\n\r\n@B", 200},
      {"zeros before a length", "POST / HTTP/1.1\r\n@H\r\n@T\r\n@J\r\nContent-Length: 00043\r\n\r\n@B", 200},
      {"HTTP/1.0", "POST / HTTP/1.0\r\n" + k_good + "\r\n@B", 200},
      {"a wish for HTTP/2",
       "POST / HTTP/1.1\r\n" + k_good + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n@B", 200},
      {"an expectation after which the body is there already",
       "POST / HTTP/1.1\r\n" + k_good + "Expect: 100-Continue\r\n\r\n@B", 200},
  };
  for (const bool by_socket : {false, true}) {
    for (const auto& each : legal) {
      RawHttp http = by_socket ? RawHttp(server_->socket()) : RawHttp(server_->port());
      ASSERT_TRUE(http.send(filled(each.bytes, by_socket)));
      http.finish();
      EXPECT_EQ(http_status(http.read_all()), each.status) << each.name;
      EXPECT_TRUE(http.closed()) << each.name;
    }
  }
}

}  // namespace
}  // namespace helper::rpc
