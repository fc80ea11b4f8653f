// FakeTunnelSet is a TunnelSet that opens no port: it keeps where each would go. Thread-safe.
#pragma once

#include "tunnel/tunnels.hpp"

#include <map>
#include <mutex>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace helper::test {

class FakeTunnelSet final : public tunnel::TunnelSet {
 public:
  [[nodiscard]] Result<void> open(std::uint16_t local_port, const std::string& name) override {
    const std::lock_guard lock(mutex_);
    calls_.push_back("open " + std::to_string(local_port) + " " + name);
    if (const auto held = held_.find(local_port); held != held_.end()) {
      return fail(ErrorCode::port_busy, "local port " + std::to_string(local_port), "is held by " + held->second);
    }
    tunnels_.try_emplace(local_port, tunnel::TunnelStatus{local_port, name, std::nullopt, link_up_, trouble_, 0});
    return {};
  }

  [[nodiscard]] Result<void> point(std::uint16_t local_port, const Remote& remote) override {
    const std::lock_guard lock(mutex_);
    calls_.push_back("point " + std::to_string(local_port) + " " + to_text(remote));
    const auto tunnel = tunnels_.find(local_port);
    if (tunnel == tunnels_.end()) {
      return fail(ErrorCode::tunnel_failed, "local port " + std::to_string(local_port), "is not open");
    }
    tunnel->second.remote = remote;
    return {};
  }

  // Its far end is closed.
  [[nodiscard]] Result<Fd> connect(const Remote& remote) override {
    const std::lock_guard lock(mutex_);
    calls_.push_back("connect " + to_text(remote));
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
      return fail(ErrorCode::tunnel_failed, to_text(remote), "socketpair failed");
    const Fd far(ends[1]);
    return Fd(ends[0]);
  }

  void start() override {
    const std::lock_guard lock(mutex_);
    calls_.emplace_back("start");
  }

  void close(std::uint16_t local_port) override {
    const std::lock_guard lock(mutex_);
    calls_.push_back("close " + std::to_string(local_port));
    tunnels_.erase(local_port);
  }

  [[nodiscard]] std::vector<tunnel::TunnelStatus> status() const override {
    const std::lock_guard lock(mutex_);
    std::vector<tunnel::TunnelStatus> all;
    for (const auto& [port, status] : tunnels_) all.push_back(status);
    return all;
  }

  // From now on the port is another program's: "python3 (pid 4711)".
  void set_held(std::uint16_t local_port, const std::string& holder) {
    const std::lock_guard lock(mutex_);
    held_[local_port] = holder;
  }
  // The way to the server goes or comes back, for every tunnel.
  void set_link(bool up, const std::string& trouble = {}) {
    const std::lock_guard lock(mutex_);
    link_up_ = up;
    trouble_ = trouble;
    for (auto& [port, status] : tunnels_) {
      status.link_up = up;
      status.trouble = trouble;
    }
  }
  void set_connections(std::uint16_t local_port, std::size_t connections) {
    const std::lock_guard lock(mutex_);
    tunnels_.at(local_port).connections = connections;
  }
  // Every change asked for, in order: "open 2222 ssh", "point 2222 127.0.0.1:49153",
  // "start", "close 2222".
  [[nodiscard]] std::vector<std::string> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::uint16_t, tunnel::TunnelStatus> tunnels_;
  std::map<std::uint16_t, std::string> held_;
  std::vector<std::string> calls_;
  bool link_up_ = true;
  std::string trouble_;
};

}  // namespace helper::test
