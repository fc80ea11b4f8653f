// PoliteDaemon is a socket of 127.0.0.1 that answers each call as a test says, and counts connections and requests.
#pragma once

#include "base/fd.hpp"
#include "rpc/endpoint_file.hpp"
#include "rpc/envelope.hpp"

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <functional>
#include <poll.h>
#include <stop_token>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace helper::test {

class PoliteDaemon {
 public:
  using Answer = std::function<rpc::Json(const std::string& method, const rpc::Json& params)>;

  // After `requests_each` a connection is closed.
  explicit PoliteDaemon(Answer answer, int requests_each = 100)
      : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 4) != 0 ||
        ::getsockname(listener_.get(), generic, &size) != 0)
      return;
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this, requests_each](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        pollfd called{listener_.get(), POLLIN, 0};
        if (::poll(&called, 1, 20) <= 0) continue;
        const Fd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        ++connections_;
        for (int left = requests_each; left > 0 && answer_one(client.get(), stop); --left) continue;
      }
    });
  }

  [[nodiscard]] rpc::DaemonEndpoint endpoint(const std::string& version) const {
    return {"http://127.0.0.1:" + std::to_string(port_) + "/", std::string(64, 'a'), ::getpid(), version, ""};
  }
  [[nodiscard]] int connections() const { return connections_; }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  // False at the end of the connection.
  bool answer_one(int fd, const std::stop_token& stop) {
    std::string request;
    while (!stop.stop_requested()) {
      pollfd ready{fd, POLLIN, 0};
      if (::poll(&ready, 1, 20) <= 0) continue;
      std::array<char, 4096> piece{};
      const ssize_t count = ::recv(fd, piece.data(), piece.size(), 0);
      if (count <= 0) return false;
      request.append(piece.data(), static_cast<std::size_t>(count));
      const auto head = request.find("\r\n\r\n");
      const auto call = rpc::parse_json(head == std::string::npos ? "" : request.substr(head + 4));
      if (!call || !call->is_object()) continue;
      ++requests_;
      const rpc::Json result = answer_(call->at("method").get<std::string>(), call->at("params"));
      const std::string line = rpc::to_bytes(rpc::make_result(call->at("id"), result)) + "\n";
      const std::string bytes = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(line.size()) + "\r\n\r\n" + line;
      return ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0;
    }
    return false;
  }

  const Answer answer_;
  Fd listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::atomic<int> requests_ = 0;
  std::jthread thread_;
};

}  // namespace helper::test
