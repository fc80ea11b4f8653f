// BannerServer listens on a port of 127.0.0.1 that the kernel chose, and greets every client with the same bytes.
#pragma once

#include "base/fd.hpp"

#include <arpa/inet.h>
#include <atomic>
#include <cstdint>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <vector>

namespace helper::test {

class BannerServer {
 public:
  // With `hangs_up` it closes right after its greeting; else connections stay until it goes.
  explicit BannerServer(std::string greeting, bool hangs_up = false)
      : greeting_(std::move(greeting)), hangs_up_(hangs_up), socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const where = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_.get(), where, size) != 0 || ::listen(socket_.get(), 8) != 0 ||
        ::getsockname(socket_.get(), where, &size) != 0) {
      throw std::runtime_error("no port to listen on");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void serve(const std::stop_token& stop) {
    std::vector<Fd> open;
    while (!stop.stop_requested()) {
      pollfd waiting{socket_.get(), POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0) continue;
      Fd connection(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!connection) continue;
      ++connections_;
      // Byte by byte, as a slow server sends: a reader must not count on whole lines.
      for (const char& byte : greeting_) {
        if (::send(connection.get(), &byte, 1, MSG_NOSIGNAL) < 0) break;
      }
      if (!hangs_up_) open.push_back(std::move(connection));
    }
  }

  const std::string greeting_;
  const bool hangs_up_;
  Fd socket_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::jthread thread_;
};

}  // namespace helper::test
