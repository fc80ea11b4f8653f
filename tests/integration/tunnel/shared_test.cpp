// The tunnels of several targets on one server, which share its Trunk.
#include "support/ssh_tunnels.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <sstream>

namespace helper::tunnel {
namespace {

using test::eventually;
using test::TcpClient;
using test::TcpServer;

struct View {
  View(const std::shared_ptr<Trunk>& trunk, const test::Sshd& sshd, const std::string& key = {}) {
    ssh::HostConfig host = sshd.host();
    host.host_key_alias = sshd.known_hosts_name();
    if (!key.empty()) host.identity_files = {sshd.file(key)};
    tunnels = std::make_unique<Tunnels>(
        trunk,
        [host, dials = dials](const std::stop_token& stop) {
          ++*dials;
          return ssh::Session::connect(host, {}, stop);
        },
        Tunnels::Told{[this](bool up, const std::string&) {
                        const std::scoped_lock lock(mutex);
                        changes += up ? "up " : "down ";
                      },
                      nullptr});
  }
  void lead_to(const Remote& remote) {
    ASSERT_TRUE(tunnels->open(port, "ssh"));
    ASSERT_TRUE(tunnels->point(port, remote));
  }
  [[nodiscard]] std::string told() {
    const std::scoped_lock lock(mutex);
    return changes;
  }
  [[nodiscard]] bool is_told(const std::string& what) {
    return eventually([&] { return told() == what; });
  }

  const std::uint16_t port = test::free_port();
  const std::shared_ptr<std::atomic<int>> dials = std::make_shared<std::atomic<int>>(0);
  std::mutex mutex;
  std::string changes;
  std::unique_ptr<Tunnels> tunnels;  // last: its thread uses the rest
};

class SharedTrunk : public testing::Test {
 protected:
  [[nodiscard]] std::size_t sessions() const {
    const std::string log = sshd_.log();
    std::size_t found = 0;
    for (auto at = log.find("Accepted publickey"); at != std::string::npos; at = log.find("Accepted publickey", at + 1))
      ++found;
    return found;
  }
  void cut() {
    const auto pid = std::to_string(sshd_.pid());
    std::istringstream children(test::read_file("/proc/" + pid + "/task/" + pid + "/children"));
    for (pid_t child = 0; children >> child;) ::kill(child, SIGKILL);
  }
  [[nodiscard]] View view(const std::string& key = {}) { return {trunk_, sshd_, key}; }

  test::Sshd sshd_;
  TcpServer server_{test::echo};
  const Endpoint remote_{"127.0.0.1", server_.port()};
  std::shared_ptr<Trunk> trunk_ = std::make_shared<Trunk>(Trunk::To::a_server);
};

TEST_F(SharedTrunk, CarriesTheConnectionsOfAllOnOneSession) {
  View one = view();
  View two = view();
  one.lead_to(remote_);
  two.lead_to(remote_);
  const TcpClient first(one.port);
  const TcpClient second(two.port);
  EXPECT_EQ(first.ask("one"), "one");
  EXPECT_EQ(second.ask("two"), "two");
  EXPECT_EQ(sessions(), 1U);
  ASSERT_EQ(one.tunnels->status().size(), 1U);
  EXPECT_EQ(one.tunnels->status().at(0).local_port, one.port);
  EXPECT_EQ(one.tunnels->status().at(0).connections, 1U);
  EXPECT_TRUE(two.tunnels->status().at(0).link_up);
}

TEST_F(SharedTrunk, ACutIsToldToAllAndOneSessionComesBackForThem) {
  View one = view();
  View two = view();
  one.lead_to(remote_);
  two.lead_to(remote_);
  ASSERT_TRUE(one.is_told("up ") && two.is_told("up "));
  cut();
  EXPECT_TRUE(one.is_told("up down up ")) << one.told();
  EXPECT_TRUE(two.is_told("up down up ")) << two.told();
  EXPECT_EQ(TcpClient(one.port).ask("one"), "one");
  EXPECT_EQ(TcpClient(two.port).ask("two"), "two");
  EXPECT_EQ(sessions(), 2U);
}

TEST_F(SharedTrunk, WhoGoesTakesOnlyItsOwnPortsAndConnectionsAlong) {
  View stays = view();
  std::optional<View> goes;
  goes.emplace(trunk_, sshd_);
  goes->lead_to(remote_);
  stays.lead_to(remote_);
  const TcpClient kept(stays.port);
  const TcpClient lost(goes->port);
  ASSERT_EQ(kept.ask("x"), "x");
  ASSERT_EQ(lost.ask("x"), "x");
  const auto port = goes->port;
  goes.reset();
  EXPECT_EQ(lost.receive_all(), std::nullopt);
  EXPECT_FALSE(test::answers(port));
  EXPECT_EQ(kept.ask("still"), "still");
  EXPECT_EQ(sessions(), 1U);
  EXPECT_EQ(stays.told(), "up ");
}

TEST_F(SharedTrunk, IsRedialledByThoseWhoAreLeft) {
  std::optional<View> goes;
  goes.emplace(trunk_, sshd_);
  View stays = view();
  goes->lead_to(remote_);
  ASSERT_TRUE(goes->is_told("up "));
  stays.lead_to(remote_);
  goes.reset();
  ASSERT_EQ(*stays.dials, 0);
  cut();
  EXPECT_EQ(TcpClient(stays.port).ask("x"), "x");
  EXPECT_EQ(*stays.dials, 1);
}

TEST_F(SharedTrunk, IsNothingToWhoDidNotAskForIt) {
  View asks = view();
  View idles = view();
  ASSERT_TRUE(idles.tunnels->open(idles.port, "ssh"));
  asks.lead_to(remote_);
  ASSERT_TRUE(asks.is_told("up "));
  cut();
  EXPECT_TRUE(asks.is_told("up down up "));
  EXPECT_EQ(idles.told(), "");
  idles.tunnels->start();
  EXPECT_EQ(idles.told(), "up ") << "it is up already";
}

TEST_F(SharedTrunk, WhatOnesMeansDoNotReachAnothersMay) {
  View refused = view("no_such_key");
  View welcome = view();
  refused.lead_to(remote_);
  welcome.lead_to(remote_);
  EXPECT_EQ(TcpClient(welcome.port).ask("x"), "x");
  EXPECT_EQ(TcpClient(refused.port).ask("x"), "x") << "the way is there for all";
  EXPECT_EQ(*refused.dials, 1);
  EXPECT_EQ(*welcome.dials, 1);
}

TEST_F(SharedTrunk, EndsItsSessionWithTheLastWhoUsesIt) {
  std::optional<View> only;
  only.emplace(trunk_, sshd_);
  only->lead_to(remote_);
  ASSERT_TRUE(only->is_told("up "));
  trunk_.reset();
  const auto pid = std::to_string(sshd_.pid());
  const auto is_over = [&] { return test::read_file("/proc/" + pid + "/task/" + pid + "/children").empty(); };
  ASSERT_FALSE(is_over());
  only.reset();
  EXPECT_TRUE(eventually(is_over));
}

TEST(SharedTrunkWithFewSessions, CarriesTheCommandsOfAll) {
  test::Sshd sshd({"MaxSessions 2\n", {"ed25519"}});
  const auto trunk = std::make_shared<Trunk>(Trunk::To::a_server);
  View one(trunk, sshd);
  View two(trunk, sshd);
  one.lead_to(Pipe{"cat", "exec cat"});
  two.lead_to(Pipe{"cat", "exec cat"});
  std::vector<std::unique_ptr<TcpClient>> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<TcpClient>(i % 2 == 0 ? one.port : two.port));
    ASSERT_EQ(clients.back()->ask("ping"), "ping") << i;
  }
  EXPECT_EQ(*one.dials + *two.dials, 3);
  for (const auto& client : clients) EXPECT_EQ(client->ask("still"), "still");
}

}  // namespace
}  // namespace helper::tunnel
