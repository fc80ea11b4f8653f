// Plain TCP on 127.0.0.1 for tests: a server with a thread for each connection, a client whose every wait has a limit,
// and a relay that can stop passing bytes on.
#pragma once

#include "base/fd.hpp"

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <list>
#include <mutex>
#include <netinet/in.h>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace helper::test {

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

inline std::uint16_t port_of(int fd) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) throw std::runtime_error("getsockname");
  return ntohs(address.sin_port);
}

// A listening socket on a port that the kernel chose.
inline Fd listen_anywhere() {
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(0);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd.get(), 512) != 0) {
    throw std::runtime_error("cannot listen");
  }
  return fd;
}

// True when `fd` can be read (or is at its end) within the limit.
inline bool readable_within(int fd, std::chrono::milliseconds limit) {
  pollfd entry{fd, POLLIN, 0};
  return ::poll(&entry, 1, static_cast<int>(limit.count())) == 1;
}

class TcpClient {
 public:
  explicit TcpClient(std::uint16_t port, int receive_buffer = 0)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const timeval limit{30, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (receive_buffer > 0) ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const sockaddr_in address = loopback(port);
    connected_ = ::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] int fd() const { return fd_.get(); }

  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;  // a socket with a time limit is not restarted by itself (signal(7))
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void end_sending() const { ::shutdown(fd_.get(), SHUT_WR); }
  // Exactly so many bytes; fewer at the end, on an error and after 30 s.
  [[nodiscard]] std::string receive(std::size_t bytes) const {
    std::string text(bytes, '\0');
    std::size_t got = 0;
    while (got < bytes) {
      const auto some = ::recv(fd_.get(), text.data() + got, bytes - got, 0);
      if (some < 0 && errno == EINTR) continue;
      if (some <= 0) break;
      got += static_cast<std::size_t>(some);
    }
    text.resize(got);
    return text;
  }
  // What the peer sends until it ends well; nullopt when it breaks off, or stays silent for 30 s.
  [[nodiscard]] std::optional<std::string> receive_all() const {
    std::string text;
    std::vector<char> buffer(256u << 10);
    while (true) {
      const auto some = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
      if (some < 0 && errno == EINTR) continue;
      if (some < 0) return std::nullopt;
      if (some == 0) return text;
      text.append(buffer.data(), static_cast<std::size_t>(some));
    }
  }
  [[nodiscard]] std::string ask(std::string_view bytes) const {
    return send(bytes) ? receive(bytes.size()) : std::string();
  }

 private:
  Fd fd_;
  bool connected_ = false;
};

// Calls `serve` for each connection, on a thread of its own.
class TcpServer {
 public:
  using Serve = std::function<void(int fd)>;
  explicit TcpServer(Serve serve)
      : serve_(std::move(serve)),
        listener_(listen_anywhere()),
        port_(port_of(listener_.get())),
        thread_([this](const std::stop_token& stop) { accept_all(stop); }) {}
  ~TcpServer() {
    thread_.request_stop();
    thread_.join();
    for (auto& connection : connections_) ::shutdown(connection.fd.get(), SHUT_RDWR);
    for (auto& connection : connections_) connection.thread.join();
  }
  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int served() const { return served_; }

 private:
  struct Connection {
    Fd fd;
    std::thread thread;
  };
  void accept_all(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (!readable_within(listener_.get(), std::chrono::milliseconds(50))) continue;
      auto& connection = connections_.emplace_back();
      connection.fd.reset(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      ++served_;
      connection.thread = std::thread([this, fd = connection.fd.get()] {
        serve_(fd);
        ::shutdown(fd, SHUT_RDWR);
      });
    }
  }
  Serve serve_;
  Fd listener_;
  std::uint16_t port_;
  std::atomic<int> served_ = 0;
  std::list<Connection> connections_;
  std::jthread thread_;
};

inline void echo(int fd) {
  std::vector<char> buffer(256u << 10);
  while (true) {
    const auto got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) return;
    for (ssize_t sent = 0; sent < got;) {
      const auto some = ::send(fd, buffer.data() + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
      if (some <= 0) return;
      sent += some;
    }
  }
}

// Passes connections on to another port. hold() freezes those that are open: their bytes stop, and nothing tells either
// end; new ones are passed on. release() lets them go on; reset() breaks them off instead.
class Relay {
 public:
  explicit Relay(std::uint16_t to) : to_(to), server_([this](int fd) { pass(fd); }) {}
  ~Relay() { reset_below_ = std::numeric_limits<int>::max(); }
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  [[nodiscard]] int connections() const { return server_.served(); }
  void hold() { held_below_ = next_.load(); }
  void release() { held_below_ = 0; }
  void reset() { reset_below_ = held_below_.load(); }

 private:
  void pass(int near) {
    const int id = next_++;
    const TcpClient far(to_);
    std::array<std::pair<int, int>, 2> ways{std::pair{near, far.fd()}, std::pair{far.fd(), near}};
    std::vector<char> buffer(64u << 10);
    while (id >= reset_below_) {
      if (id < held_below_) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        continue;
      }
      std::array<pollfd, 2> entries{pollfd{near, POLLIN, 0}, pollfd{far.fd(), POLLIN, 0}};
      ::poll(entries.data(), entries.size(), 20);
      for (std::size_t i = 0; i < ways.size(); ++i) {
        if (entries.at(i).revents == 0 || id < held_below_) continue;
        const auto got = ::recv(ways.at(i).first, buffer.data(), buffer.size(), 0);
        if (got <= 0) return;
        if (::send(ways.at(i).second, buffer.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL) != got) return;
      }
    }
    const linger at_once{1, 0};
    ::setsockopt(near, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  std::uint16_t to_;
  std::atomic<int> next_ = 0;
  std::atomic<int> held_below_ = 0;
  std::atomic<int> reset_below_ = 0;
  TcpServer server_;  // last: its threads use the rest
};

// Bytes that tell when any of them is lost, doubled or moved.
inline std::string pattern(std::size_t bytes) {
  std::string text(bytes, '\0');
  std::uint32_t state = 2463534242U;
  for (auto& byte : text) {
    state ^= state << 13U;
    state ^= state >> 17U;
    state ^= state << 5U;
    byte = static_cast<char>(state & 0xFFU);
  }
  return text;
}

// Asks every 10 ms until it is so, for 30 s.
inline bool eventually(const std::function<bool()>& is_so) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

}  // namespace helper::test
