// Who gets in, how long they may stay, and that no stranger takes what the person's own calls need.
#include "base/digest.hpp"
#include "base/files.hpp"
#include "rpc/bind_service.hpp"
#include "rpc/client.hpp"
#include "rpc/server/http_server.hpp"
#include "support/fake_service.hpp"
#include "support/raw_http.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <vector>

namespace helper::rpc {
namespace {

using namespace std::chrono_literals;
using helper::test::eventually;
using helper::test::http_status;
using helper::test::k_counted_lines;
using helper::test::RawHttp;

const std::string k_version_call = R"({"jsonrpc":"2.0","id":1,"method":"version"})";

class FrontDoor : public ::testing::Test {
 protected:
  FrontDoor() {
    options_.token = random_token();
    options_.socket = folder_.path() / "helperd.sock";
    options_.limits.heartbeat = 50ms;
  }
  void listen() {
    server_.reset();
    auto started = HttpServer::start(std::make_shared<Dispatcher>(bind_service(service_), [] {}), options_);
    ASSERT_TRUE(started) << to_text(started.error());
    server_ = std::move(*started);
  }
  void SetUp() override { listen(); }

  [[nodiscard]] Client client() const {
    return Client({server_->url(), options_.token, 1, HELPER_VERSION, "", server_->socket().string()}, "helperd.log");
  }
  [[nodiscard]] std::string post(const std::string& body, const std::string& more = {}) const {
    return "POST / HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server_->port()) + "\r\nAuthorization: Bearer " +
           options_.token + "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n" + more + "\r\n" + body;
  }
  [[nodiscard]] static std::string call(const std::string& method, const std::string& params) {
    return R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + "}";
  }
  [[nodiscard]] Json counts() const {
    const auto version = client().call("version", Json::object(), {}, {});
    return version ? version->at("counts") : Json();
  }
  [[nodiscard]] static int status_after_close(RawHttp& http) {
    const int status = http_status(http.read_all());
    return http.closed() ? status : -1;
  }

  helper::test::TempFolder folder_;
  helper::test::FakeService service_;
  ServerOptions options_;
  std::unique_ptr<HttpServer> server_;
};

TEST_F(FrontDoor, RefusalsGoOutAtAPaceOfTheirOwnAndHoldUpNobodyWhoMayAsk) {
  options_.limits.refusals = 2;
  options_.limits.refusal_slice = 500ms;
  listen();
  std::vector<std::unique_ptr<RawHttp>> strangers;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 8; ++i) {
    strangers.push_back(std::make_unique<RawHttp>(server_->port()));
    strangers.back()->send("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  }
  RawHttp known(server_->port());
  known.send(post(k_version_call));
  EXPECT_EQ(http_status(known.read_for("counts")), 200);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s) << "a known client does not wait for the strangers";
  strangers.erase(strangers.begin() + 5);  // who has gone holds nobody up
  for (const auto& each : strangers) EXPECT_GE(status_after_close(*each), 400);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 1500ms) << "eight refusals need four slices";
  for (int i = 0; i < 8; ++i) strangers.push_back(std::make_unique<RawHttp>(server_->port()));
  for (const auto& each : strangers) each->send("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  server_.reset();  // with refusals that wait
}

// The Unix socket.

TEST_F(FrontDoor, AtTheUnixSocketTheKernelSaysWhoCallsAndNoTokenIsNeeded) {
  struct stat info {};
  ASSERT_EQ(::stat(options_.socket.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  RawHttp http(options_.socket);
  http.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
            std::to_string(k_version_call.size()) + "\r\n\r\n" + k_version_call);
  EXPECT_EQ(http_status(http.read_for("counts")), 200);
}

TEST_F(FrontDoor, AtTheUnixSocketWhatABrowserSendsIsRefusedAllTheSame) {
  for (const std::string head : {"Host: evil.example\r\n", "Host: localhost\r\nOrigin: null\r\n"}) {
    RawHttp http(options_.socket);
    http.send("POST / HTTP/1.1\r\n" + head + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
    EXPECT_EQ(status_after_close(http), 403);
  }
}

TEST_F(FrontDoor, TheUnixSocketOfADaemonThatWasKilledIsReplacedAndOursIsRemoved) {
  server_.reset();
  EXPECT_FALSE(std::filesystem::exists(options_.socket));
  const Fd old(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  options_.socket.string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(old.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  listen();
  EXPECT_FALSE(server_->socket_trouble());
  EXPECT_TRUE(client().call("version", Json::object(), {}, {}));
}

TEST_F(FrontDoor, WithoutAPlaceForTheUnixSocketThePortServesAndItIsSaid) {
  const auto usual = options_.socket;
  options_.socket = folder_.path() / std::string(108 - folder_.path().string().size(), 'x');
  listen();
  EXPECT_EQ(server_->socket(), "");
  ASSERT_TRUE(server_->socket_trouble());
  EXPECT_NE(server_->socket_trouble()->cause.find("107"), std::string::npos);
  EXPECT_TRUE(client().call("version", Json::object(), {}, {}));
  std::ofstream(usual) << "not a socket";
  options_.socket = usual;
  listen();
  ASSERT_TRUE(server_->socket_trouble());
  EXPECT_TRUE(std::filesystem::exists(usual)) << "what was in the way is not ours to remove";
  EXPECT_TRUE(client().call("version", Json::object(), {}, {}));
}

TEST_F(FrontDoor, OurClientTriesThePortWhereTheSocketLeadsNowhere) {
  std::filesystem::remove(options_.socket);
  EXPECT_TRUE(client().call("version", Json::object(), {}, {}));
}

TEST_F(FrontDoor, TheUnixSocketIsThereAgainWhereItsFileHasGoneOrIsAnothers) {
  const auto served = [&] {
    RawHttp http(options_.socket);
    http.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
              std::to_string(k_version_call.size()) + "\r\n\r\n" + k_version_call);
    return http_status(http.read_for("counts")) == 200;
  };
  const auto kept = server_->keep_socket();
  ASSERT_TRUE(kept);
  EXPECT_FALSE(*kept) << "nothing had gone";
  RawHttp before(options_.socket);
  const Fd other(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  for (const bool replaced : {false, true}) {
    std::filesystem::remove(options_.socket);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    options_.socket.string().copy(address.sun_path, sizeof address.sun_path - 1);
    if (replaced) {
      ASSERT_EQ(::bind(other.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    }
    const auto again = server_->keep_socket();
    ASSERT_TRUE(again) << to_text(again.error());
    EXPECT_TRUE(*again);
    EXPECT_TRUE(served());
    EXPECT_FALSE(server_->keep_socket().value());
  }
  before.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
              std::to_string(k_version_call.size()) + "\r\n\r\n" + k_version_call);
  EXPECT_EQ(http_status(before.read_for("counts")), 200) << "who was connected stays";
  std::filesystem::remove(options_.socket);
  std::filesystem::create_directory(options_.socket);
  EXPECT_FALSE(server_->keep_socket()) << "what is in the way is not ours to remove";
  std::filesystem::remove(options_.socket);
  EXPECT_TRUE(server_->keep_socket().value());
  EXPECT_TRUE(served());
}

// Strangers.

TEST_F(FrontDoor, TheOldestStrangerMakesWayForTheNextAndOurCallsAreServedMeanwhile) {
  std::vector<std::unique_ptr<RawHttp>> strangers;
  for (int i = 0; i < 40; ++i) {
    strangers.push_back(std::make_unique<RawHttp>(server_->port()));
    ASSERT_TRUE(strangers.back()->connected());
    strangers.back()->send("POST / HT");
  }
  EXPECT_EQ(status_after_close(*strangers.front()), 503);
  EXPECT_TRUE(client().call("version", Json::object(), {}, {}));
  RawHttp by_port(server_->port());
  by_port.send(post(k_version_call));
  EXPECT_EQ(http_status(by_port.read_for("counts")), 200);
}

TEST_F(FrontDoor, AHeadMustComeInTimeAndMayNotGrowForEver) {
  options_.limits.head_time = 200ms;
  listen();
  RawHttp silent(server_->port());
  RawHttp slow(server_->port());
  slow.send("POST / HTTP/1.1\r\nX-A: ");
  EXPECT_EQ(status_after_close(slow), 408);
  silent.read_all();
  EXPECT_TRUE(silent.closed());
  RawHttp endless(server_->port());
  endless.send("POST / HTTP/1.1\r\nX-A: " + std::string(100'000, 'a'));
  EXPECT_EQ(status_after_close(endless), 431);
}

TEST_F(FrontDoor, ARefusalArrivesAlthoughItsBodyWasSentAndNoMoreThanALittleOfItIsRead) {
  options_.limits.discard_time = 10s;  // so that the bytes decide
  listen();
  RawHttp modest(server_->port());
  const std::string head = "POST / HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server_->port()) +
                           "\r\nContent-Type: text/plain\r\nContent-Length: 100000000\r\n\r\n";
  ASSERT_TRUE(modest.send(head + std::string(200'000, 'x')));
  EXPECT_EQ(status_after_close(modest), 401);
  RawHttp endless(server_->port());
  ASSERT_TRUE(endless.send(head));
  std::size_t sent = 0;
  const std::string piece(100'000, 'x');
  while (sent < 50'000'000 && endless.send(piece)) sent += piece.size();
  EXPECT_LT(sent, 20'000'000u) << "all of it was read";
  EXPECT_TRUE(client().call("version", Json::object(), {}, {}));
}

TEST_F(FrontDoor, ARefusalThatNobodyHangsUpAfterIsOverInASecond) {
  RawHttp http(server_->port());
  http.send("GET / HTTP/1.1\r\n\r\n");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(http_status(http.read_for("}\n")), 405);
  EXPECT_TRUE(eventually([&] { return !http.send("x"); }));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(FrontDoor, CountsWhatItLetInAndWhatItRefused) {
  const Json before = counts();
  for (int i = 0; i < 5; ++i) {
    RawHttp http(server_->port());
    http.send("GET / HTTP/1.1\r\n\r\n");
    EXPECT_EQ(http_status(http.read_for("}\n")), 405);
  }
  const Json after = counts();
  EXPECT_EQ(after["refused"].get<int>() - before["refused"].get<int>(), 5);
  EXPECT_EQ(after["requests"].get<int>() - before["requests"].get<int>(), 1);
  EXPECT_EQ(after["connections"].get<int>() - before["connections"].get<int>(), 6);
}

// Requests.

TEST_F(FrontDoor, TwoHundredRequestsAtOnceAreAnsweredInTheirOrder) {
  for (const bool by_socket : {false, true}) {
    RawHttp http = by_socket ? RawHttp(options_.socket) : RawHttp(server_->port());
    std::string all;
    for (int i = 1; i <= 200; ++i) {
      all += post(R"({"jsonrpc":"2.0","id":)" + std::to_string(1'000 + i) + R"(,"method":")" +
                  (i % 10 == 0 ? "status" : "version") + "\"}");
    }
    ASSERT_TRUE(http.send(all));
    http.finish();
    const std::string answers = http.read_all();
    std::size_t place = 0;
    for (int i = 1; i <= 200 && place != std::string::npos; ++i) {
      place = answers.find("\"id\":" + std::to_string(1'000 + i), place);
      EXPECT_NE(place, std::string::npos) << i;
    }
  }
}

TEST_F(FrontDoor, AClientThatOnlyStopsSendingGetsItsAnswer) {
  for (const bool by_socket : {false, true}) {
    for (const std::string accept : {"", "Accept: application/x-ndjson\r\n"}) {
      RawHttp http = by_socket ? RawHttp(options_.socket) : RawHttp(server_->port());
      http.send(post(call("ensure", R"({"target":"asks","can_answer":true})"), accept));
      http.finish();
      if (!accept.empty()) {
        http.read_for("q-1");
        std::this_thread::sleep_for(300ms);  // six looks for a reader that has gone
        service_.answer("q-1", "yes");
      }
      EXPECT_NE(http.read_all().find(accept.empty() ? "nobody to ask" : "\"state\":\"yes\""), std::string::npos);
    }
  }
}

TEST_F(FrontDoor, ABodyOfEightMebibytesIsTaken) {
  const std::string pad((8u << 20) - 200, ' ');
  RawHttp http(server_->port());
  std::jthread sender([&] {
    const std::string all = post(k_version_call + pad);
    for (std::size_t at = 0; at < all.size(); at += 65'536) http.send(std::string_view(all).substr(at, 65'536));
  });
  EXPECT_EQ(http_status(http.read_for("counts")), 200);
}

TEST_F(FrontDoor, ABodyIsAskedForWhereTheClientWaitsForThat) {
  RawHttp http(server_->port());
  const std::string all = post(k_version_call, "Expect: 100-continue\r\n");
  const auto body = all.find("\r\n\r\n") + 4;
  http.send(all.substr(0, body));
  EXPECT_EQ(http_status(http.read_for("\r\n\r\n")), 100);
  http.send(all.substr(body));
  EXPECT_NE(http.read_for("counts").find("HTTP/1.1 200 OK"), std::string::npos);
}

TEST_F(FrontDoor, AConnectionThatAsksNothingMoreIsClosed) {
  options_.limits.idle = 200ms;
  listen();
  RawHttp http(server_->port());
  http.send(post(k_version_call));
  EXPECT_EQ(status_after_close(http), 200);
}

TEST_F(FrontDoor, TheOldestIdleConnectionMakesWayWhenAllAreTaken) {
  options_.limits.connections = 4;
  listen();
  for (const bool by_socket : {false, true}) {
    std::vector<std::unique_ptr<RawHttp>> idle;
    for (int i = 0; i < 8; ++i) {
      idle.push_back(by_socket ? std::make_unique<RawHttp>(options_.socket)
                               : std::make_unique<RawHttp>(server_->port()));
      ASSERT_TRUE(idle.back()->send(post(k_version_call)));
      ASSERT_EQ(http_status(idle.back()->read_for("counts")), 200) << i;
    }
    idle.front()->read_all();
    EXPECT_TRUE(idle.front()->closed());
  }
}

// Readers that vanish.

TEST_F(FrontDoor, AReaderThatHangsUpEndsWhatItWaitedFor) {
  int ended = 0;
  for (const bool by_socket : {false, true}) {
    for (const std::string accept : {"", "Accept: application/x-ndjson\r\n"}) {
      for (const auto& [method, params] :
           {std::pair("watch", R"({"target":"slow"})"), std::pair("logs", R"({"target":"slow","follow":true})")}) {
        if (accept.empty() && std::string(method) == "logs") continue;
        RawHttp http = by_socket ? RawHttp(options_.socket) : RawHttp(server_->port());
        const std::size_t before = service_.seen().size();
        http.send(post(call(method, params), accept));
        ASSERT_TRUE(eventually([&] { return service_.seen().size() > before; }));
        http.hang_up();
        EXPECT_TRUE(eventually([&] { return service_.stopped() == ended + 1; }, 5s)) << method << accept << by_socket;
        ended = service_.stopped();
      }
    }
  }
}

TEST_F(FrontDoor, AReaderThatTakesNothingIsGoneWithinFiveSeconds) {
  int ended = service_.stopped();
  for (const bool by_socket : {false, true}) {
    RawHttp http = by_socket ? RawHttp(options_.socket) : RawHttp(server_->port());
    http.send(post(call("logs", R"({"target":"chatty","follow":true})"), "Accept: application/x-ndjson\r\n"));
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(eventually([&] { return service_.stopped() == ended + 1; }, 10s)) << by_socket;
    // It takes a moment to fill what the kernel holds for the reader.
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 8s) << by_socket;
    ended = service_.stopped();
  }
}

TEST_F(FrontDoor, AReaderThatPausesForAWhileOrIsSlowLosesNoLine) {
  options_.limits.unread = 8u << 10;
  listen();
  for (const bool by_socket : {false, true}) {
    RawHttp http = by_socket ? RawHttp(options_.socket) : RawHttp(server_->port());
    http.send(post(call("logs", R"({"target":"counted","follow":true})"),
                   "Accept: application/x-ndjson\r\nConnection: close\r\n"));
    std::this_thread::sleep_for(2s);
    const std::string all = http.read_all();
    std::size_t at = 0;
    for (int line = 0; line < k_counted_lines; ++line) {
      const auto found = all.find("line " + std::to_string(line) + " ", at);
      ASSERT_NE(found, std::string::npos) << line << (by_socket ? " by socket" : " by port");
      at = found;
    }
  }
}

// As `helper logs -f | less` does when a page is read for long: what comes meanwhile waits in the client.
TEST_F(FrontDoor, AClientWhoseOutputWaitsReadsOnAndLosesNoLine) {
  options_.limits.stall = 300ms;
  options_.limits.unread = 8u << 10;
  listen();
  std::vector<std::string> lines;
  const auto done = client().call("logs", {{"target", "counted"}, {"follow", true}},
                                  [&](const ensure::Event& event) {
                                    if (lines.empty()) std::this_thread::sleep_for(2s);
                                    lines.push_back(event.text);
                                  },
                                  {});
  ASSERT_TRUE(done) << to_text(done.error());
  ASSERT_EQ(lines.size(), static_cast<std::size_t>(k_counted_lines));
  for (int line = 0; line < k_counted_lines; ++line)
    EXPECT_TRUE(lines[static_cast<std::size_t>(line)].starts_with("line " + std::to_string(line) + " "));
}

TEST_F(FrontDoor, AVanishedEnsureOnlyLosesItsListener) {
  for (const bool by_socket : {false, true}) {
    RawHttp http = by_socket ? RawHttp(options_.socket) : RawHttp(server_->port());
    http.send(post(call("ensure", R"({"target":"slow"})"), "Accept: application/x-ndjson\r\n"));
    http.read_for("started");
    http.hang_up();
  }
  std::this_thread::sleep_for(1s);
  EXPECT_EQ(service_.stopped(), 0);
}

TEST_F(FrontDoor, VanishedEnsuresTakeNoPlaceOfThoseWhoAreThere) {
  options_.limits.calls = 2;
  listen();
  for (int i = 0; i < 4; ++i) {
    RawHttp http(options_.socket);
    http.send(post(call("ensure", R"({"target":"slow"})"), "Accept: application/x-ndjson\r\n"));
    http.read_for("started");
    http.hang_up();
    EXPECT_TRUE(eventually([&] { return client().call("status", {{"target", "t"}}, {}, {}).has_value(); }, 5s)) << i;
  }
  EXPECT_EQ(service_.stopped(), 0);
}

TEST_F(FrontDoor, AReaderOfOneAnswerThatTakesNothingIsGivenUpSooner) {
  options_.limits.answer_stall = 200ms;
  options_.limits.connections = 4;
  listen();
  std::string all;
  for (int i = 0; i < 20'000; ++i) all += post(R"({"jsonrpc":"2.0","id":1,"method":"methods"})");
  std::vector<std::unique_ptr<RawHttp>> deaf;
  std::vector<std::jthread> senders;
  for (int i = 0; i < 4; ++i) {
    deaf.push_back(std::make_unique<RawHttp>(options_.socket));
    senders.emplace_back([&all, &http = *deaf.back()] { http.send(all); });
  }
  senders.clear();  // each send has ended: the server closed the connection
  EXPECT_TRUE(client().call("version", Json::object(), {}, {}));
}

TEST_F(FrontDoor, WhoComesWhenAllPlacesAreTakenIsToldSo) {
  options_.limits.connections = 4;
  listen();
  std::vector<std::unique_ptr<RawHttp>> busy;
  for (int i = 0; i < 4; ++i) {
    busy.push_back(std::make_unique<RawHttp>(options_.socket));
    busy.back()->send(post(call("watch", R"({"target":"slow"})"), "Accept: application/x-ndjson\r\n"));
  }
  ASSERT_TRUE(eventually([&] { return service_.seen().size() == 4; }));
  RawHttp late(options_.socket);
  const std::string answer = late.read_all();
  EXPECT_EQ(http_status(answer), 503);
  EXPECT_NE(answer.find("too many connections (4)"), std::string::npos) << answer;
}

TEST_F(FrontDoor, ThoseWhoWatchTakeNoPlaceOfThoseWhoWork) {
  options_.limits.watchers = 3;
  options_.limits.calls = 2;
  listen();
  std::vector<std::unique_ptr<RawHttp>> watching;
  const auto watch = [&] {
    watching.push_back(std::make_unique<RawHttp>(options_.socket));
    watching.back()->send(post(call("watch", R"({"target":"slow"})"), "Accept: application/x-ndjson\r\n"));
  };
  for (int i = 0; i < 3; ++i) watch();
  ASSERT_TRUE(eventually([&] { return service_.seen().size() == 3; }));
  watch();
  EXPECT_EQ(status_after_close(*watching.back()), 429);
  EXPECT_TRUE(client().call("status", {{"target", "t"}}, {}, {}));
  EXPECT_TRUE(client().call("ensure", {{"target", "t"}}, {}, {}));
}

}  // namespace
}  // namespace helper::rpc
