// The engine's API on a real unix socket: what an engine does, and what something does that only sits where one should.
#include "keeper/engine_api.hpp"

#include "keeper/keep.hpp"
#include "support/temp_folder.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <functional>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>

namespace helper::keeper {
namespace {

using std::string_literals::operator""s;
using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string k_id(64, 'a');

std::string answer(const std::string& body, int status = 200) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

// Answers each connection with what `say` makes of the request's head; more of the request goes into `after_head`.
class FakeEngine {
 public:
  using Say = std::function<std::string(const std::string& head)>;

  explicit FakeEngine(Say say) : say_(std::move(say)), listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(&address.sun_path[0], sizeof(address.sun_path) - 1);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(::listen(listener_.get(), 16), 0);
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }

  std::string path() const { return (folder_.path() / "engine.sock").string(); }
  // All bytes behind the heads, once the other side has ended its direction.
  std::string after_heads() {
    thread_.request_stop();
    thread_.join();
    return after_;
  }
  bool keeps_open = false;  // the connection, after the answer

 private:
  void serve(const std::stop_token& stop) {
    std::vector<Fd> open;
    while (!stop.stop_requested()) {
      pollfd ready{listener_.get(), POLLIN, 0};
      if (::poll(&ready, 1, 20) <= 0) continue;
      Fd link(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      std::string got;
      std::array<char, 4096> bytes{};
      while (got.find("\r\n\r\n") == std::string::npos) {
        const auto size = ::recv(link.get(), bytes.data(), bytes.size(), 0);
        if (size <= 0) break;
        got.append(bytes.data(), static_cast<std::size_t>(size));
      }
      const auto end = std::min(got.size(), got.find("\r\n\r\n") + 4);
      const auto said = say_(got.substr(0, end));
      after_ += got.substr(end);
      ::send(link.get(), said.data(), said.size(), MSG_NOSIGNAL);
      if (said.find(" 101 ") != std::string::npos && !keeps_open) {
        for (ssize_t size = 1; size > 0;) {
          size = ::recv(link.get(), bytes.data(), bytes.size(), 0);
          if (size > 0) after_.append(bytes.data(), static_cast<std::size_t>(size));
        }
      }
      if (keeps_open) open.push_back(std::move(link));
    }
  }

  test::TempFolder folder_;
  Say say_;
  Fd listener_;
  std::string after_;
  std::jthread thread_;
};

class KeeperEngineApi : public testing::Test {
 protected:
  Result<Answer> ask(const FakeEngine& engine, milliseconds limit = seconds(5)) {
    return Engine(engine.path(), stop_.get()).ask("GET", "/x", "", SteadyClock::now() + limit);
  }
  Fd stop_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
};

TEST_F(KeeperEngineApi, AnswersOfEachFormAreTaken) {
  for (const auto& said :
       {answer("hello"), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"s,
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello"s}) {
    const FakeEngine engine([&](const std::string&) { return said; });
    const auto got = ask(engine);
    ASSERT_TRUE(got) << got.error().cause;
    EXPECT_EQ(got->body, "hello");
  }
}

TEST_F(KeeperEngineApi, AnEngineThatIsNoneIsAnError) {
  for (const auto& said :
       {""s, "SSH-2.0-x\r\n\r\n"s, std::string(100'000, 'a'), "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"s,
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"s,
        "HTTP/1.1 200 OK\r\n\r\n" + std::string(5'000'000, 'a'),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"s}) {
    const FakeEngine engine([&](const std::string&) { return said; });
    EXPECT_FALSE(ask(engine)) << said.substr(0, 60);
  }
  const auto nobody =
      Engine("/nonexistent/engine.sock", stop_.get()).ask("GET", "/x", "", SteadyClock::now() + seconds(5));
  EXPECT_EQ(nobody.error().code, ErrorCode::engine_down);
  EXPECT_FALSE(Engine(std::string(300, 'a'), stop_.get()).ask("GET", "/x", "", SteadyClock::now() + seconds(5)));
}

TEST_F(KeeperEngineApi, AWaitHasAnEnd) {
  FakeEngine engine([](const std::string&) { return "HTTP/1.1 200 OK\r\n"s; });
  engine.keeps_open = true;
  const auto begin = SteadyClock::now();
  EXPECT_EQ(ask(engine, milliseconds(200)).error().code, ErrorCode::timed_out);
  EXPECT_LT(SteadyClock::now() - begin, seconds(2));
}

TEST_F(KeeperEngineApi, AWaitEndsWhenTheKeeperIsToEnd) {
  FakeEngine engine([](const std::string&) { return ""s; });
  engine.keeps_open = true;
  const std::jthread ender([this] {
    std::this_thread::sleep_for(milliseconds(100));
    ::eventfd_write(stop_.get(), 1);
  });
  const auto begin = SteadyClock::now();
  EXPECT_EQ(ask(engine, seconds(30)).error().code, ErrorCode::cancelled);
  EXPECT_LT(SteadyClock::now() - begin, seconds(5));
}

TEST_F(KeeperEngineApi, ACommandGetsItsInputAndTellsItsEnd) {
  std::string heads;
  FakeEngine engine([&](const std::string& head) {
    heads += head;
    if (head.find("/containers/") != std::string::npos) return answer(R"({"Id":"beef"})", 201);
    if (head.find("/start") == std::string::npos) return answer(R"({"Running":false,"ExitCode":3})");
    return "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n\1\0\0\0\0\0\0\5hello\2\0\0\0\0\0\0\6\nworld"s;
  });
  Service service;
  service.name = "sshd";
  service.user = "0";
  service.words = {"/bin/sh", "-s"};
  service.input = "c2VjcmV0";
  const auto ran = Engine(engine.path(), stop_.get()).run(k_id, service);
  ASSERT_TRUE(ran) << ran.error().cause;
  EXPECT_EQ(ran->exit_code, 3);
  EXPECT_EQ(ran->last_line, "world");
  const auto after = engine.after_heads();
  EXPECT_NE(after.find(R"("Cmd":["/bin/sh","-s"])"), std::string::npos) << after;
  EXPECT_TRUE(after.ends_with("secret")) << after;
  EXPECT_EQ(heads.find("secret"), std::string::npos);
}

TEST_F(KeeperEngineApi, ACommandThatDoesNotEndIsLeft) {
  FakeEngine engine([&](const std::string& head) {
    if (head.find("/containers/") != std::string::npos) return answer(R"({"Id":"beef"})", 201);
    return "HTTP/1.1 101 UPGRADED\r\n\r\n\1\0\0\0\0\0\0\5hello"s;
  });
  engine.keeps_open = true;
  Service service;
  service.words = {"/bin/sh", "-s"};
  service.input = "c2VjcmV0";
  service.limit_s = 1;
  const auto ran = Engine(engine.path(), stop_.get()).run(k_id, service);
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, ErrorCode::timed_out);
  EXPECT_EQ(ran.error().cause, "it did not end in 1 s: hello");
}

TEST_F(KeeperEngineApi, WhatTheEngineRefusesIsSaid) {
  const FakeEngine engine(
      [](const std::string&) { return answer(R"({"message":"Container a is paused,\n unpause it"})", 409); });
  Service service;
  service.words = {"sh"};
  const auto ran = Engine(engine.path(), stop_.get()).run(k_id, service);
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().cause, "it answers 409:  unpause it");
}

// The keeper as a whole, as far as an engine that answers nothing lets it go.
TEST_F(KeeperEngineApi, TheKeeperEndsWithOneWithoutAnEngineAndWithZeroWhenItIsTold) {
  const test::TempFolder folder;
  const Store store(folder.path() / "data");
  EXPECT_EQ(keep(store, "/nonexistent/engine.sock", stop_.get()), 1);

  Fd stop(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  FakeEngine silent([](const std::string&) { return ""s; });
  silent.keeps_open = true;
  const std::jthread ender([&] {
    std::this_thread::sleep_for(milliseconds(100));
    ::eventfd_write(stop.get(), 1);
  });
  EXPECT_EQ(keep(store, silent.path(), stop.get()), 0);
}

TEST_F(KeeperEngineApi, TheKeeperEndsWithOneWhenTheEventsEndAndForgetsWhatWasRemoved) {
  const test::TempFolder folder;
  const Store store(folder.path() / "data");
  ASSERT_TRUE(store.prepare());
  std::ofstream(store.records() / (k_id + ".json")) << "{";
  const FakeEngine engine([](const std::string& head) {
    if (head.find("/events") == std::string::npos) return answer("{}", 500);
    const auto event = R"({"Type":"container","Action":"destroy","Actor":{"ID":")" + k_id + "\"}}\n" + "not an event\n";
    std::string size;
    for (auto left = event.size(); left > 0; left /= 16) size.insert(size.begin(), "0123456789abcdef"[left % 16]);
    return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + size + "\r\n" + event + "\r\n";
  });
  EXPECT_EQ(keep(store, engine.path(), stop_.get()), 1);
  EXPECT_FALSE(store.has(k_id));
}

}  // namespace
}  // namespace helper::keeper
