// The real server on a real port, spoken to by raw sockets, by curl and by our own client.
#include "rpc/server/http_server.hpp"

#include "base/digest.hpp"
#include "base/process/process.hpp"
#include "rpc/bind_service.hpp"
#include "rpc/client.hpp"
#include "support/fake_service.hpp"
#include "support/raw_http.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace helper::rpc {
namespace {

using namespace std::chrono_literals;
using helper::test::eventually;
using helper::test::http_status;
using helper::test::RawHttp;

class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() {
    options_.token = random_token();
    options_.limits.calls = 4;
    options_.limits.body_time = 500ms;
    options_.limits.heartbeat = 50ms;
  }

  void listen() {
    auto started = HttpServer::start(
        std::make_shared<Dispatcher>(bind_service(service_), [this] { shut_down_ = true; }), options_);
    ASSERT_TRUE(started) << to_text(started.error());
    server_ = std::move(*started);
  }
  void SetUp() override { listen(); }

  [[nodiscard]] Client client(const std::string& token = {}) const {
    return Client({server_->url(), token.empty() ? options_.token : token, 1, HELPER_VERSION, ""}, "helperd.log");
  }
  [[nodiscard]] std::string head(const std::string& more, const std::string& host = {}) const {
    return "POST / HTTP/1.1\r\nHost: " + (host.empty() ? "127.0.0.1:" + std::to_string(server_->port()) : host) +
           "\r\nAuthorization: Bearer " + options_.token + "\r\nContent-Type: application/json\r\n" + more + "\r\n";
  }
  [[nodiscard]] std::string post(const std::string& body, const std::string& more = {}) const {
    return head("Content-Length: " + std::to_string(body.size()) + "\r\n" + more) + body;
  }
  [[nodiscard]] int status_of(const std::string& bytes) const {
    RawHttp http(server_->port());
    http.send(bytes);
    return http_status(http.read_for("\r\n\r\n"));
  }
  [[nodiscard]] std::string curl(std::vector<std::string> more) const {
    std::vector<std::string> argv{"curl",      "-sS",
                                  "--noproxy", "*",
                                  "-m",        "20",
                                  "-H",        "Authorization: Bearer " + options_.token,
                                  "-H",        "Content-Type: application/json"};
    argv.insert(argv.end(), more.begin(), more.end());
    argv.push_back(server_->url());
    const auto done = run_process({argv, "", {}, 30s}, {});
    return done ? done->out : to_text(done.error());
  }

  helper::test::FakeService service_;
  std::atomic<bool> shut_down_ = false;
  ServerOptions options_;
  std::unique_ptr<HttpServer> server_;  // before the service goes
};

const std::string k_version_call = R"({"jsonrpc":"2.0","id":1,"method":"version"})";

TEST_F(HttpServerTest, AnswersCurlWithOneJsonDocument) {
  const Json answer = Json::parse(
      curl({"-d", R"({"jsonrpc":"2.0","id":"x","method":"status","params":{"target":"t"}})"}), nullptr, false);
  EXPECT_EQ(answer["id"], "x");
  EXPECT_EQ(answer["result"][0]["state"], "ready");
}

TEST_F(HttpServerTest, StreamsEventsToCurlLineByLineAndTheAnswerLast) {
  const std::string text = curl({"-N", "-H", "Accept: application/x-ndjson", "-d",
                                 R"({"jsonrpc":"2.0","id":"x","method":"ensure","params":{"target":"t"}})"});
  const auto first_end = text.find('\n');
  ASSERT_NE(first_end, std::string::npos) << text;
  EXPECT_EQ(Json::parse(text.substr(0, first_end), nullptr, false)["params"]["kind"], "started");
  EXPECT_EQ(Json::parse(text.substr(first_end), nullptr, false)["result"]["state"], "ready");
}

TEST_F(HttpServerTest, RefusesByItsHeadWhatIsNotAProgramOfOurs) {
  EXPECT_EQ(status_of(post(k_version_call)), 200);
  const std::string length = "Content-Length: " + std::to_string(k_version_call.size()) + "\r\n";
  EXPECT_EQ(status_of(head(length, "evil.example") + k_version_call), 403);
  EXPECT_EQ(status_of(post(k_version_call, "Origin: http://evil.example\r\n")), 403);
  EXPECT_EQ(status_of(post(k_version_call, "Referer: http://evil.example/\r\n")), 403);
  EXPECT_EQ(status_of("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"), 405);
  EXPECT_EQ(status_of("OPTIONS / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"), 405);
  EXPECT_EQ(status_of("TRACE / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"), 405);
  EXPECT_EQ(status_of(head("Transfer-Encoding: chunked\r\n") + "5\r\n"), 411);
  EXPECT_EQ(status_of(head("")), 411);
  std::string wrong = post(k_version_call);
  wrong.replace(wrong.find("Bearer ") + 7, 1, wrong[wrong.find("Bearer ") + 7] == '0' ? "1" : "0");
  EXPECT_EQ(status_of(wrong), 401);
  std::string absent = post(k_version_call);
  absent.replace(absent.find("Authorization"), 13, "X-Authorization");
  EXPECT_EQ(status_of(absent), 401);
  EXPECT_TRUE(service_.seen().empty());
}

TEST_F(HttpServerTest, RefusesALargeBodyBeforeItIsSent) {
  RawHttp http(server_->port());
  ASSERT_TRUE(http.send(head("Content-Length: 2000000000\r\n")));
  EXPECT_EQ(http_status(http.read_all()), 413);
  EXPECT_TRUE(http.closed());
}

TEST_F(HttpServerTest, HangsUpOnABodyThatDoesNotCome) {
  RawHttp http(server_->port());
  ASSERT_TRUE(http.send(head("Content-Length: 100\r\n") + "{\"json"));
  EXPECT_EQ(http_status(http.read_all()), 408);
  EXPECT_TRUE(http.closed());
  EXPECT_EQ(status_of(post(k_version_call)), 200);
}

TEST_F(HttpServerTest, AnswersGarbageWithAJsonRpcErrorAndKeepsServing) {
  for (const std::string& body : {std::string("garbage"), std::string("\xff\xfe"), std::string(100'000, '['),
                                  std::string("[]"), std::string("{}"), std::string("\0", 1)}) {
    RawHttp http(server_->port());
    ASSERT_TRUE(http.send(post(body)));
    const std::string answer = http.read_for("\"error\"");
    EXPECT_EQ(http_status(answer), 200);
    EXPECT_NE(answer.find("\"code\":-32"), std::string::npos) << answer;
  }
  for (const std::string bytes : {"\r\n\r\n", "\x16\x03\x01\x02", "POST\r\n\r\n", "POST / HTTP/1.1\r\nno colon\r\n\r\n",
                                  "POST / HTTP/9.9\r\n\r\n"}) {
    RawHttp http(server_->port());
    http.send(bytes);
    EXPECT_NE(http_status(http.read_until(
                  [](const std::string& all) { return all.find("\r\n\r\n") != std::string::npos; }, 2s)),
              200);
  }
  EXPECT_EQ(status_of(post(k_version_call)), 200);
}

TEST_F(HttpServerTest, AnswersANotificationWithNoContent) {
  EXPECT_EQ(status_of(post(R"({"jsonrpc":"2.0","method":"version"})")), 204);
}

TEST_F(HttpServerTest, ServesSeveralRequestsOnOneConnection) {
  RawHttp http(server_->port());
  for (int i = 1; i <= 3; ++i) {
    const std::string id = std::to_string(1000 + i);
    ASSERT_TRUE(http.send(post(R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"version"})")));
    EXPECT_NE(http.read_for("\"id\":" + id).find("\"id\":" + id), std::string::npos);
    http.read_for("\"version\":\"" HELPER_VERSION "\"}}\n");
  }
}

TEST_F(HttpServerTest, GivesOurClientEventsAndTheResult) {
  std::vector<std::string> texts;
  const auto result =
      client().call("ensure", {{"target", "t"}}, [&](const ensure::Event& event) { texts.push_back(event.text); }, {});
  ASSERT_TRUE(result) << to_text(result.error());
  EXPECT_EQ(result->at("state"), "ready");
  EXPECT_EQ(texts, std::vector<std::string>{"start container t"});
}

TEST_F(HttpServerTest, GivesOurClientTheErrorAsItWas) {
  const auto result = client().call("ensure", {{"target", "fails"}}, {}, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), (Error{ErrorCode::engine_permission, "the engine", "the user may not use it",
                                   "sudo usermod -aG docker $USER"}));
}

TEST_F(HttpServerTest, LetsOurClientAnswerAQuestionFromWithinItsEvent) {
  const Client ours = client();
  const auto result =
      ours.call("ensure", {{"target", "asks"}, {"can_answer", true}},
                [&](const ensure::Event& event) {
                  if (event.kind != ensure::Event::Kind::question) return;
                  EXPECT_EQ(event.question.details, std::vector<std::string>{"SHA256:abc"});
                  EXPECT_TRUE(ours.call("answer", {{"question", event.question_id}, {"value", "yes"}}, {}, {}));
                },
                {});
  ASSERT_TRUE(result) << to_text(result.error());
  EXPECT_EQ(result->at("state"), "yes");
}

TEST_F(HttpServerTest, RefusesTheQuestionOfAClientThatWentAway) {
  const std::string body = R"({"jsonrpc":"2.0","id":1,"method":"ensure","params":{"target":"asks","can_answer":true}})";
  RawHttp http(server_->port());
  ASSERT_TRUE(http.send(post(body, "Accept: application/x-ndjson\r\n")));
  ASSERT_NE(http.read_for("q-1").find("q-1"), std::string::npos);
  http.hang_up();
  EXPECT_TRUE(eventually([&] { return service_.answer_to("q-1") == "no"; }));
}

TEST_F(HttpServerTest, CancelsTheCallOfAClientThatIsStopped) {
  std::stop_source stop;
  const std::jthread stopper([&] {
    EXPECT_TRUE(eventually([&] { return !service_.seen().empty(); }));
    stop.request_stop();
  });
  const auto result = client().call("ensure", {{"target", "slow"}}, {}, stop.get_token());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::cancelled);
  // Its thread is free again: the limit of four is not used up.
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(client().call("ensure", {{"target", "t"}}, {}, {}));
}

TEST_F(HttpServerTest, DoesNotCancelWorkWhoseClientWentAway) {
  RawHttp http(server_->port());
  ASSERT_TRUE(http.send(post(R"({"jsonrpc":"2.0","id":"kept","method":"ensure","params":{"target":"slow"}})",
                             "Accept: application/x-ndjson\r\n")));
  ASSERT_NE(http.read_for("started").find("started"), std::string::npos);
  http.hang_up();
  std::this_thread::sleep_for(500ms);  // ten heartbeats: the server has seen that it is gone
  const auto cancelled = client().call("cancel", {{"request", "kept"}}, {}, {});
  ASSERT_TRUE(cancelled) << to_text(cancelled.error());
  EXPECT_EQ(cancelled->at("cancelled"), 1);
}

TEST_F(HttpServerTest, RefusesCallsBeyondItsLimitButStillCancels) {
  std::vector<std::jthread> calls;
  for (int i = 0; i < 4; ++i)
    calls.emplace_back([this] { EXPECT_FALSE(client().call("ensure", {{"target", "slow"}}, {}, {})); });
  ASSERT_TRUE(eventually([&] { return service_.seen().size() == 4; }));
  const auto refused = client().call("status", Json::object(), {}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::daemon_unreachable);
  EXPECT_NE(refused.error().cause.find("too many requests"), std::string::npos);
  EXPECT_TRUE(client().call("cancel", {{"request", "nobody"}}, {}, {}));
  EXPECT_TRUE(client().call("version", Json::object(), {}, {}));
  EXPECT_TRUE(server_->close(10s));
}

TEST_F(HttpServerTest, ServesSixtyFourCallsAtOnce) {
  server_.reset();
  options_.limits.calls = 64;
  listen();
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 64; ++i) {
      callers.emplace_back([&, i] {
        const std::string target = "t" + std::to_string(i);
        const auto result = client().call("ensure", {{"target", target}}, {}, {});
        if (result && result->at("target") == target) ++right;
      });
    }
  }
  EXPECT_EQ(right, 64);
}

TEST_F(HttpServerTest, EndsEveryCallWithAnAnswerWhenItCloses) {
  Result<Json> result = Json();
  std::jthread caller([&] { result = client().call("ensure", {{"target", "slow"}}, {}, {}); });
  ASSERT_TRUE(eventually([&] { return !service_.seen().empty(); }));
  EXPECT_TRUE(server_->close(10s));
  caller.join();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::cancelled);
  EXPECT_FALSE(RawHttp(server_->port()).connected());
}

TEST_F(HttpServerTest, ClosesWithIdleHalfSentAndUnreadConnectionsOpen) {
  options_.limits.body_time = 60s;
  server_.reset();
  listen();
  RawHttp idle(server_->port());
  RawHttp half_head(server_->port());
  half_head.send("POST / HT");
  RawHttp half_body(server_->port());
  half_body.send(head("Content-Length: 100\r\n") + "{");
  std::this_thread::sleep_for(100ms);
  EXPECT_TRUE(server_->close(10s));
}

TEST_F(HttpServerTest, DoesNotWaitForEverForACallThatDoesNotEnd) {
  Handlers handlers;
  auto release = std::make_shared<std::atomic<bool>>(false);
  auto entered = std::make_shared<std::atomic<bool>>(false);
  handlers["ensure"] = [release, entered](const Json&, const CallContext&) -> Result<Json> {
    *entered = true;
    while (!*release) std::this_thread::sleep_for(5ms);
    return Json();
  };
  auto server = HttpServer::start(std::make_shared<Dispatcher>(std::move(handlers), [] {}), options_);
  ASSERT_TRUE(server);
  RawHttp http((*server)->port());
  const std::string body = R"({"jsonrpc":"2.0","id":1,"method":"ensure"})";
  http.send("POST / HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string((*server)->port()) + "\r\nAuthorization: Bearer " +
            options_.token + "\r\nContent-Type: application/json\r\nAccept: application/x-ndjson\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body);
  ASSERT_TRUE(eventually([&] { return entered->load(); }));
  EXPECT_FALSE((*server)->close(500ms));
  *release = true;
  http.read_all();
  EXPECT_TRUE(http.closed());
}

TEST_F(HttpServerTest, TellsWhoeverAsksForTheShutdownThatItHeard) {
  const auto result = client().call("shutdown", Json::object(), {}, {});
  ASSERT_TRUE(result) << to_text(result.error());
  EXPECT_TRUE(shut_down_);
}

TEST_F(HttpServerTest, IsUnreachableToAClientWithAnotherToken) {
  const auto result = client(random_token()).call("version", Json::object(), {}, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::daemon_unreachable);
  EXPECT_NE(result.error().cause.find("token"), std::string::npos);
}

}  // namespace
}  // namespace helper::rpc
