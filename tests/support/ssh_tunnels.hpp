// A real sshd, and Tunnels that dial it (through a relay, if there is one), for tests.
#pragma once

#include "support/sshd.hpp"
#include "support/tcp.hpp"
#include "tunnel/tunnel_set.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace helper::test {

struct SshTunnelsRig {
  explicit SshTunnelsRig(Sshd::Settings settings = {}) : sshd(std::move(settings)) {
    tunnels = std::make_unique<tunnel::Tunnels>(
        [this](const std::stop_token& stop) { return dial(stop); },
        tunnel::Tunnels::Told{[this](bool up, const std::string& why) {
                                const std::scoped_lock lock(mutex);
                                changes.push_back((up ? "up: " : "down: ") + why);
                              },
                              [this](std::uint16_t refused, const std::string& why) {
                                const std::scoped_lock lock(mutex);
                                refusals.push_back(std::to_string(refused) + ": " + why);
                              }});
  }

  Result<std::unique_ptr<ssh::Session>> dial(const std::stop_token& stop) {
    ++dials;
    ssh::HostConfig host = sshd.host();
    host.host_key_alias = sshd.known_hosts_name();
    host.port = dial_port == 0 ? sshd.port() : dial_port.load();
    if (wrong_key) host.identity_files = {sshd.file("no_such_key")};
    return ssh::Session::connect(host, {}, stop);
  }

  Sshd sshd;
  std::atomic<std::uint16_t> dial_port = 0;  // 0 = sshd itself
  std::atomic<bool> wrong_key = false;
  std::atomic<int> dials = 0;
  std::mutex mutex;
  std::vector<std::string> changes;
  std::vector<std::string> refusals;  // "PORT: why"
  std::uint16_t port = free_port();
  std::unique_ptr<tunnel::Tunnels> tunnels;  // last: its threads use the rest
};

class SshTunnelsTest : public ::testing::Test {
 protected:
  tunnel::Tunnels& tunnels() { return *rig_.tunnels; }
  void lead_to(std::uint16_t remote) {
    ASSERT_TRUE(tunnels().open(port_, "ssh"));
    ASSERT_TRUE(tunnels().point(port_, Endpoint{"127.0.0.1", remote}));
  }
  tunnel::TunnelStatus status() { return tunnels().status().at(0); }
  bool up_within_limit() {
    return eventually([&] { return status().link_up; });
  }
  int dials() { return rig_.dials; }
  std::vector<std::string> changes() {
    const std::scoped_lock lock(rig_.mutex);
    return rig_.changes;
  }
  std::vector<std::string> refusals() {
    const std::scoped_lock lock(rig_.mutex);
    return rig_.refusals;
  }
  void end_tunnels() { rig_.tunnels.reset(); }
  SshTunnelsRig rig_;
  std::uint16_t port_ = rig_.port;
};

}  // namespace helper::test
