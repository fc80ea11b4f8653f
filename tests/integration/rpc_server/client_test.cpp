// The client against daemons that misbehave: each is a socket that says exactly what the test wants.
#include "rpc/client.hpp"

#include "base/fd.hpp"
#include "support/polite_daemon.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <sys/socket.h>
#include <thread>

namespace helper::rpc {
namespace {

using namespace std::chrono_literals;
using helper::test::PoliteDaemon;

Client client_of(const PoliteDaemon& daemon) { return Client(daemon.endpoint("0"), "/log/helperd.log"); }

Json name_of(const std::string& method, const Json&) { return method; }

// Accepts one connection, reads a request, and does with it what the test says.
class RudeDaemon {
 public:
  explicit RudeDaemon(std::function<void(int)> behave) : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 4) != 0 ||
        ::getsockname(listener_.get(), generic, &size) != 0)
      return;
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this, behave = std::move(behave)] {
      const Fd client(::accept(listener_.get(), nullptr, nullptr));
      std::array<char, 4096> request{};
      if (::recv(client.get(), request.data(), request.size(), 0) > 0) behave(client.get());
    });
  }
  [[nodiscard]] Client client() const {
    return Client({"http://127.0.0.1:" + std::to_string(port_) + "/", std::string(64, 'a'), 1, "0", ""},
                  "/log/helperd.log");
  }

 private:
  Fd listener_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

std::function<void(int)> says(const std::string& text) {
  return [text](int fd) { ::send(fd, text.data(), text.size(), MSG_NOSIGNAL); };
}

std::string stream_of(const std::string& lines) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: " + std::to_string(lines.size()) +
         "\r\n\r\n" + lines;
}

void expect_unreachable(const Result<Json>& result, const std::string& cause) {
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::daemon_unreachable);
  EXPECT_NE(result.error().cause.find(cause), std::string::npos) << result.error().cause;
  EXPECT_FALSE(result.error().fix.empty());
}

TEST(Client, SaysWhenTheDaemonIsGone) {
  std::string url;
  {
    const Fd taken(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ASSERT_EQ(::bind(taken.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(::getsockname(taken.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
  }
  const Client client({url, std::string(64, 'a'), 1, "0", ""}, "/log/helperd.log");
  const auto result = client.call("version", Json::object(), {}, {});
  expect_unreachable(result, "cannot be reached");
  EXPECT_NE(result.error().fix.find("/log/helperd.log"), std::string::npos);
}

TEST(Client, SaysWhenTheDaemonHangsUp) {
  expect_unreachable(RudeDaemon([](int) {}).client().call("version", Json::object(), {}, {}), "gave no answer");
  expect_unreachable(RudeDaemon(says(stream_of("\n"))).client().call("version", Json::object(), {}, {}),
                     "closed the connection");
  const std::string cut = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab";
  expect_unreachable(RudeDaemon(says(cut)).client().call("version", Json::object(), {}, {}), "the connection broke");
}

TEST(Client, SaysWhenTheDaemonTalksGarbage) {
  for (const std::string garbage : {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 banana\r\n\r\n"}) {
    expect_unreachable(RudeDaemon(says(garbage)).client().call("version", Json::object(), {}, {}), "gave no answer");
  }
  expect_unreachable(RudeDaemon(says(stream_of("<html>\n"))).client().call("version", Json::object(), {}, {}),
                     "not JSON-RPC");
  expect_unreachable(RudeDaemon(says(stream_of("{\"jsonrpc\":\"2.0\",\"id\":\"other\",\"result\":1}\n")))
                         .client()
                         .call("version", Json::object(), {}, {}),
                     "another request");
}

TEST(Client, SaysWhenTheDaemonIsSilent) {
  RudeDaemon daemon([](int fd) {
    std::array<char, 16> end{};
    static_cast<void>(::recv(fd, end.data(), end.size(), 0));  // until the client gives up
  });
  expect_unreachable(daemon.client().call("version", Json::object(), {}, {}, 200ms), "gave no answer");
}

TEST(Client, SkipsEventsThatItDoesNotKnowAndEmptyLines) {
  // The id is random, so the answer uses the one that every response may have when it could not be read: null.
  RudeDaemon daemon(
      says(stream_of("\n{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"kind\":\"from the future\"}}\n\n"
                     "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,\"message\":\"m\"}}\n")));
  int events = 0;
  const auto result = daemon.client().call("version", Json::object(), [&](const ensure::Event&) { ++events; }, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().cause, "m");
  EXPECT_EQ(events, 0);
}

TEST(Client, AsksForNothingOnceItWasStopped) {
  std::stop_source stop;
  stop.request_stop();
  const Client client({"http://127.0.0.1:1/", std::string(64, 'a'), 1, "0", ""}, "/log");
  EXPECT_EQ(client.call("version", Json::object(), {}, stop.get_token()).error().code, ErrorCode::cancelled);
}

TEST(Client, GreetsAndCallsOnOneConnection) {
  PoliteDaemon daemon(name_of);
  const Client client = client_of(daemon);
  EXPECT_EQ(client.greet({}, 3s).value_or(Json()), "version");
  EXPECT_EQ(client.call("status", Json::object(), {}, {}).value_or(Json()), "status");
  EXPECT_EQ(daemon.connections(), 1);
  EXPECT_EQ(daemon.requests(), 2);
}

TEST(Client, MakesAConnectionForEachCallAfterThat) {
  PoliteDaemon daemon(name_of);
  const Client client = client_of(daemon);
  ASSERT_TRUE(client.greet({}, 3s));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(client.call("status", Json::object(), {}, {}));
  EXPECT_EQ(daemon.connections(), 3);
  EXPECT_EQ(daemon.requests(), 4);
}

TEST(Client, CallsOnANewConnectionWhereTheGreetedOneWasClosed) {
  PoliteDaemon daemon(name_of, 1);
  const Client client = client_of(daemon);
  ASSERT_TRUE(client.greet({}, 3s));
  std::this_thread::sleep_for(100ms);  // for the end of that connection to come
  EXPECT_EQ(client.call("status", Json::object(), {}, {}).value_or(Json()), "status");
  EXPECT_EQ(daemon.connections(), 2);
  EXPECT_EQ(daemon.requests(), 2);
}

TEST(Client, DoesNotRepeatACallThatMayHaveBegun) {
  int calls = 0;
  {
    // It answers the greeting, takes the call, and hangs up.
    RudeDaemon daemon([&calls](int fd) {
      const std::string line = "{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":1}\n";
      says("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(line.size()) + "\r\n\r\n" + line)(fd);
      std::array<char, 4096> request{};
      if (::recv(fd, request.data(), request.size(), 0) > 0) ++calls;
    });
    const Client client = daemon.client();
    ASSERT_TRUE(client.greet({}, 3s));
    expect_unreachable(client.call("remove", Json::object(), {}, {}), "gave no answer");
  }
  EXPECT_EQ(calls, 1);
}

TEST(Client, GivesUpAGreetingThatIsNotWholeInTime) {
  RudeDaemon daemon([](int fd) {
    for (int i = 0; i < 100; ++i) {  // a byte now and then is no answer
      if (::send(fd, "H", 1, MSG_NOSIGNAL) < 0) return;
      std::this_thread::sleep_for(50ms);
    }
  });
  const auto begin = std::chrono::steady_clock::now();
  expect_unreachable(daemon.client().greet({}, 300ms), "gave no answer");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST(Client, StopsAGreetingAtOnce) {
  RudeDaemon daemon([](int fd) {
    std::array<char, 16> end{};
    static_cast<void>(::recv(fd, end.data(), end.size(), 0));  // until the client gives up
  });
  std::stop_source stop;
  const std::jthread stopper([&] {
    std::this_thread::sleep_for(100ms);
    stop.request_stop();
  });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(daemon.client().greet(stop.get_token(), 20s).error().code, ErrorCode::cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

}  // namespace
}  // namespace helper::rpc
