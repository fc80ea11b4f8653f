// The client against all kinds of hostile servers, on loopback.
#include "jupyter/rest_client.hpp"

#include "jupyter/gate.hpp"
#include "support/tcp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fcntl.h>
#include <fstream>

namespace helper::jupyter {
namespace {

using helper::test::TcpClient;
using helper::test::TcpServer;
using testing::HasSubstr;
using testing::Not;

Fd connect_to(std::uint16_t port) {
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = helper::test::loopback(port);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
  ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
  return fd;
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// The head of a request.
std::string read_head(int fd) {
  std::string head;
  std::array<char, 4096> buffer;
  while (head.find("\r\n\r\n") == std::string::npos) {
    const auto n = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (n <= 0) break;
    head.append(buffer.data(), static_cast<std::size_t>(n));
  }
  return head;
}

std::string answer(const std::string& body, const std::string& more = "Content-Type: application/json\r\n",
                   const std::string& status = "200 OK") {
  return "HTTP/1.1 " + status + "\r\n" + more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string chunked(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + body;
}

constexpr const char* k_kernels =
    R"([{"id": "b", "name": "python3", "execution_state": "busy", "last_activity": "2026", "connections": 1}])";
constexpr const char* k_sessions = R"([{"path": "train.ipynb", "kernel": {"id": "b"}}])";

struct Asked {
  Result<std::vector<plan::JupyterKernel>> kernels;
  std::chrono::milliseconds took;
};

Asked ask(std::uint16_t port, const std::string& token = "secret", const std::stop_token& stop = {}) {
  const auto start = std::chrono::steady_clock::now();
  RestClient client(peer_policy(false));
  auto kernels = client.kernels({connect_to(port), connect_to(port), token}, stop);
  return {std::move(kernels),
          std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start)};
}

// A server that gives the one answer to every question.
Asked ask_one_that_says(const std::string& bytes) {
  const TcpServer server([&](int fd) {
    read_head(fd);
    send_all(fd, bytes);
  });
  return ask(server.port());
}

int threads_of_this_process() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("Threads:")) return std::stoi(line.substr(8));
  }
  return 0;
}

TEST(RestClient, TellsKernelsWithTheirNotebooksAndAsksWithTokenAndWithoutActivity) {
  std::mutex mutex;
  std::string heads;
  const TcpServer server([&](int fd) {
    const std::string head = read_head(fd);
    {
      const std::scoped_lock lock(mutex);
      heads += head;
    }
    send_all(fd, answer(head.starts_with("GET /api/kernels?no_track_activity=1 ") ? k_kernels : k_sessions));
  });
  const auto take_heads = [&] {
    const std::scoped_lock lock(mutex);
    return std::exchange(heads, {});
  };
  const auto asked = ask(server.port());
  ASSERT_TRUE(asked.kernels) << to_text(asked.kernels.error());
  ASSERT_EQ(asked.kernels->size(), 1U);
  EXPECT_EQ(asked.kernels->at(0), (plan::JupyterKernel{"b", "python3", "busy", "2026", "train.ipynb", 1}));
  const std::string seen = take_heads();
  EXPECT_THAT(seen, HasSubstr("GET /api/sessions?no_track_activity=1 HTTP/1.0\r\n"));
  EXPECT_THAT(seen, HasSubstr("Authorization:token secret\r\n"));
  EXPECT_THAT(seen, HasSubstr("Host: 127.0.0.1:"));
  EXPECT_EQ(std::ranges::count(seen, '?'), 2) << "the token is in no address: " << seen;
  EXPECT_TRUE(ask(server.port(), "").kernels);
  EXPECT_THAT(take_heads(), Not(HasSubstr("Authorization")));
}

TEST(RestClient, TakesAnAnswerThatEndsWithTheConnection) {
  const auto asked = ask_one_that_says("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n[]");
  EXPECT_TRUE(asked.kernels) << to_text(asked.kernels.error());
}

TEST(RestClient, TakesAnAnswerThatComesByteByByte) {
  const TcpServer server([](int fd) {
    const std::string all = answer(read_head(fd).find("/api/kernels") == std::string::npos ? k_sessions : k_kernels);
    for (const char byte : all) {
      if (!send_all(fd, {&byte, 1})) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  const auto asked = ask(server.port());
  ASSERT_TRUE(asked.kernels) << to_text(asked.kernels.error());
  EXPECT_EQ(asked.kernels->at(0).state, "busy");
}

struct Malice {
  const char* name;
  std::string bytes;
  const char* words;  // of the error
};

class ABadAnswer : public testing::TestWithParam<Malice> {};

TEST_P(ABadAnswer, IsOneClearErrorAtOnce) {
  const auto asked = ask_one_that_says(GetParam().bytes);
  ASSERT_FALSE(asked.kernels);
  EXPECT_EQ(asked.kernels.error().code, ErrorCode::inside_failed);
  EXPECT_THAT(asked.kernels.error().cause, HasSubstr(GetParam().words));
  EXPECT_LT(asked.took, std::chrono::seconds(4));
}

std::string many_kernels() {
  std::string body = "[";
  for (int i = 0; i < 10'000; ++i)
    body += (i == 0 ? "" : ",") + std::string(R"({"id":")") + std::to_string(i) + R"(","name":"p"})";
  return body + "]";
}

INSTANTIATE_TEST_SUITE_P(
    Every, ABadAnswer,
    testing::Values(
        Malice{"ClosedAtOnce", "", "closed the connection"},  //
        Malice{"Garbage", "\x16\x03\x01 SSH-2.0-x\r\n\r\n", "not HTTP"},
        Malice{"HalfAHead", "HTTP/1.1 200 OK\r\nContent-", "closed the connection"},
        Malice{"HalfABody", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n[]",
               "closed the connection"},
        Malice{"HeadTooLong", "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'), "not HTTP"},
        Malice{"ManyHeaders",
               [] {
                 std::string head = "HTTP/1.1 200 OK\r\n";
                 for (int i = 0; i < 5'000; ++i) head += "X" + std::to_string(i) + ": y\r\n";
                 return head;
               }(),
               "not HTTP"},
        Malice{"HugeLength", "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n[", "1 MiB"},
        Malice{"TwoLengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n[]", "not HTTP"},
        Malice{"NegativeChunk", chunked("-1\r\n[]\r\n"), "in chunks"},
        Malice{"HugeChunk", chunked("ffffffffffffffff\r\n[]\r\n"), "in chunks"},
        Malice{"EndlessChunkLine", chunked(std::string(200'000, '0')), "in chunks"},
        Malice{"BodyTooLong", answer("[" + std::string(2'000'000, ' ') + "]"), "1 MiB"},
        Malice{"Redirect", answer("", "Location: http://127.0.0.1:1/\r\n", "302 Found"), "does not follow"},
        Malice{"NotModified", "HTTP/1.1 304 Not Modified\r\n\r\n", "does not follow"},
        Malice{"NoContent", "HTTP/1.1 204 No Content\r\n\r\n", "status 204"},
        Malice{"Forbidden", answer("{}", "", "403 Forbidden"), "token"},
        Malice{"Broken", answer("{}", "", "500 Oops"), "status 500"},
        Malice{"Interim", "HTTP/1.1 100 Continue\r\n\r\n", "interim"},
        Malice{"Upgrade", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", "interim"},
        Malice{"Html", answer("<html>", "Content-Type: text/html\r\n"), "not JSON"},
        Malice{"NoType", answer("[]", ""), "not JSON"}, Malice{"InvalidJson", answer("[{"), "not the list"},
        Malice{"Deep", answer(std::string(100'000, '[')), "16 levels"}, Malice{"Object", answer("{}"), "not the list"},
        Malice{"GzipBomb",
               answer(std::string("\x1f\x8b\x08") + std::string(1000, '\0'),
                      "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"),
               "compressed"},
        Malice{"TenThousandKernels", answer(many_kernels()), "more than 1000 kernels"}),
    [](const auto& of) { return of.param.name; });

class AnEndlessAnswer : public testing::TestWithParam<Malice> {};

TEST_P(AnEndlessAnswer, IsCutOffByItsSize) {
  const TcpServer server([&](int fd) {
    read_head(fd);
    if (!send_all(fd, GetParam().bytes)) return;
    while (send_all(fd, GetParam().words)) continue;
  });
  const auto asked = ask(server.port());
  ASSERT_FALSE(asked.kernels);
  EXPECT_EQ(asked.kernels.error().code, ErrorCode::inside_failed) << to_text(asked.kernels.error());
  EXPECT_LT(asked.took, std::chrono::seconds(5));
}

INSTANTIATE_TEST_SUITE_P(Every, AnEndlessAnswer,
                         testing::Values(Malice{"Head", "HTTP/1.1 200 OK\r\n", "X-More: and more, and more\r\n"},
                                         Malice{"StatusLine", "HTTP/1.1 200 ", "and more, and more, and more"},
                                         Malice{"Body", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[",
                                                "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, "},
                                         Malice{"Chunks", chunked(""), "1\r\n \r\n1\r\n \r\n1\r\n \r\n1\r\n \r\n"},
                                         Malice{"Trailer", chunked("0\r\n"), "X-More: and more, and more\r\n"},
                                         Malice{"Interims", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 100 C\r\n\r\n"}),
                         [](const auto& of) { return of.param.name; });

TEST(RestClient, ASlowOrSilentServerCostsFiveSecondsInAll) {
  const TcpServer silent([](int fd) {
    std::array<char, 64> buffer;
    while (::recv(fd, buffer.data(), buffer.size(), 0) > 0) continue;
  });
  const TcpServer slow([](int fd) {
    read_head(fd);
    send_all(fd, "HTTP/1.1 200 OK\r\n");
    while (send_all(fd, "X: y\r\n")) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  });
  // The one question is answered late, the other never: the time is for both together.
  const TcpServer late([](int fd) {
    if (read_head(fd).find("/api/kernels") == std::string::npos) {
      std::this_thread::sleep_for(std::chrono::seconds(7));
    } else {
      std::this_thread::sleep_for(std::chrono::seconds(2));
      send_all(fd, answer(k_kernels));
    }
  });
  std::vector<std::jthread> threads;
  for (const auto port : {silent.port(), slow.port()}) {
    threads.emplace_back([port] {
      const auto asked = ask(port);
      EXPECT_FALSE(asked.kernels);
      EXPECT_EQ(asked.kernels.error().code, ErrorCode::timed_out);
      EXPECT_GE(asked.took, std::chrono::milliseconds(4'900));
      EXPECT_LT(asked.took, std::chrono::seconds(8));
    });
  }
  threads.emplace_back([&] {
    const auto asked = ask(late.port());
    EXPECT_TRUE(asked.kernels) << "that a kernel is busy is known, of which notebook is not";
    if (!asked.kernels) return;
    EXPECT_EQ(asked.kernels->at(0).notebook, "");
    EXPECT_LT(asked.took, std::chrono::seconds(8));
  });
  threads.clear();
}

TEST(RestClient, IsCancelledAtOnce) {
  const TcpServer silent([](int fd) {
    std::array<char, 64> buffer;
    while (::recv(fd, buffer.data(), buffer.size(), 0) > 0) continue;
  });
  std::stop_source stop;
  const std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    stop.request_stop();
  });
  const auto asked = ask(silent.port(), "secret", stop.get_token());
  ASSERT_FALSE(asked.kernels);
  EXPECT_EQ(asked.kernels.error().code, ErrorCode::cancelled);
  EXPECT_LT(asked.took, std::chrono::seconds(3));
}

TEST(RestClient, NeedsFewThreadsHoweverOftenItIsCalled) {
  const TcpServer server([](int fd) {
    read_head(fd);
    send_all(fd, answer("[]"));
  });
  ASSERT_TRUE(ask(server.port()).kernels);
  const int before = threads_of_this_process();
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(ask(server.port()).kernels);
  EXPECT_TRUE(helper::test::eventually([&] { return threads_of_this_process() <= before + 8; }));
  EXPECT_LE(k_pool_threads, 4U);
}

// Nobody else gets through the gate, and nobody else keeps us out.
TEST(Gate, TurnsStrangersAwayAndServesTheOneWithThePass) {
  auto gate = Gate::open("the-pass", peer_policy(false));
  ASSERT_TRUE(gate) << to_text(gate.error());
  const TcpServer far_server([](int fd) {
    read_head(fd);
    send_all(fd, answer("[]"));
  });
  const Fd far = connect_to(far_server.port());
  const TcpClient silent(gate->port());
  const TcpClient stranger(gate->port());
  ASSERT_TRUE(stranger.send("GET / HTTP/1.1\r\nX-Helper-Pass: guessed\r\n\r\n"));
  const TcpClient endless(gate->port());
  ASSERT_TRUE(endless.send("GET / HTTP/1.1\r\nX: " + std::string(60'000, 'x')));
  const TcpClient ours(gate->port());
  ASSERT_TRUE(ours.send("GET / HTTP/1.1\r\nX-Helper-Pass: the-pass\r\n\r\n"));
  const auto served = gate->serve(far, std::chrono::steady_clock::now() + std::chrono::seconds(5), {});
  ASSERT_TRUE(served) << to_text(served.error());
  EXPECT_EQ(
      ours.receive_all(),
      "HTTP/1.1 200 Answer\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]");
  EXPECT_EQ(stranger.receive_all().value_or(""), "");
  EXPECT_EQ(endless.receive_all().value_or(""), "");
  EXPECT_EQ(silent.receive_all().value_or(""), "");
}

TEST(Gate, HasNoEarForAnotherUserEvenWithThePass) {
  auto gate = Gate::open("the-pass", PeerPolicy{::getuid() + 1, false, false});
  ASSERT_TRUE(gate) << to_text(gate.error());
  std::atomic<bool> asked = false;
  const TcpServer far_server([&](int fd) { asked = !read_head(fd).empty(); });
  const Fd far = connect_to(far_server.port());
  const TcpClient other(gate->port());
  ASSERT_TRUE(other.send("GET / HTTP/1.1\r\nX-Helper-Pass: the-pass\r\n\r\n"));
  const auto served = gate->serve(far, std::chrono::steady_clock::now() + std::chrono::milliseconds(500), {});
  ASSERT_FALSE(served);
  EXPECT_EQ(served.error().code, ErrorCode::timed_out);
  EXPECT_EQ(other.receive_all().value_or(""), "");
  EXPECT_FALSE(asked);
}

}  // namespace
}  // namespace helper::jupyter
