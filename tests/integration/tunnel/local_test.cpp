// Tunnels to a server that is this machine itself.
#include "support/sshd.hpp"
#include "support/tcp.hpp"
#include "tunnel/tunnel_set.hpp"

#include <gtest/gtest.h>

namespace helper::tunnel {
namespace {

using test::TcpClient;
using test::TcpServer;

class LocalTunnels : public ::testing::Test {
 protected:
  void lead_to(std::uint16_t remote) {
    ASSERT_TRUE(tunnels_.open(port_, "ssh"));
    ASSERT_TRUE(tunnels_.point(port_, Endpoint{"127.0.0.1", remote}));
  }
  TunnelStatus status() { return tunnels_.status().at(0); }
  std::uint16_t port_ = test::free_port();
  Tunnels tunnels_{nullptr};
};

TEST_F(LocalTunnels, CarryBytesBothWays) {
  const TcpServer server(test::echo);
  lead_to(server.port());
  const TcpClient client(port_);
  EXPECT_EQ(client.ask("hello"), "hello");
  EXPECT_TRUE(status().link_up);
  EXPECT_EQ(status().connections, 1U);
}

// Up to so many bytes that come within 10 s; "" at the end.
std::string read_from(const Fd& fd, std::size_t most) {
  std::string text(most, '\0');
  if (!test::readable_within(fd.get(), std::chrono::seconds(10))) return "nothing came";
  const auto n = ::recv(fd.get(), text.data(), text.size(), 0);
  text.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
  return text;
}

TEST_F(LocalTunnels, AConnectionOfOurOwnNeedsNoPort) {
  const TcpServer server(test::echo);
  auto own = tunnels_.connect(Endpoint{"127.0.0.1", server.port()});
  ASSERT_TRUE(own) << to_text(own.error());
  ASSERT_EQ(::send(own->get(), "hello", 5, MSG_NOSIGNAL), 5);
  EXPECT_EQ(read_from(*own, 5), "hello");
  EXPECT_TRUE(tunnels_.status().empty());
}

TEST_F(LocalTunnels, AConnectionOfOurOwnThatIsRefusedIsAtItsEnd) {
  const auto own = tunnels_.connect(Endpoint{"127.0.0.1", test::free_port()});
  ASSERT_TRUE(own) << to_text(own.error());
  EXPECT_EQ(read_from(*own, 5), "");
  EXPECT_FALSE(tunnels_.connect(Endpoint{"a name", 80}));
  EXPECT_FALSE(tunnels_.connect(Pipe{"nothing", ""}));
}

TEST_F(LocalTunnels, PassOnEachSidesEndOfFileByItself) {
  const std::string answer = test::pattern(1u << 20);
  const TcpServer server([&](int fd) {
    std::array<char, 64> buffer{};
    while (::recv(fd, buffer.data(), buffer.size(), 0) > 0) continue;  // all of the question first
    std::size_t sent = 0;
    while (sent < answer.size())
      sent += static_cast<std::size_t>(::send(fd, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL));
  });
  lead_to(server.port());
  const TcpClient client(port_);
  ASSERT_TRUE(client.send("question"));
  client.end_sending();
  EXPECT_TRUE(client.receive_all() == answer);
  EXPECT_TRUE(test::eventually([&] { return status().connections == 0; }));
}

TEST_F(LocalTunnels, AClientThatComesBeforeTheRemoteIsKnownIsServedLater) {
  const TcpServer server(test::echo);
  ASSERT_TRUE(tunnels_.open(port_, "ssh"));
  const TcpClient client(port_);
  ASSERT_TRUE(client.send("early"));
  EXPECT_TRUE(test::eventually([&] { return status().connections == 1; }));
  ASSERT_TRUE(tunnels_.point(port_, Endpoint{"127.0.0.1", server.port()}));
  EXPECT_EQ(client.receive(5), "early");
}

TEST_F(LocalTunnels, OfTheClientsThatWaitOnlySoManyAreKept) {
  ASSERT_TRUE(tunnels_.open(port_, "ssh"));
  std::vector<std::unique_ptr<TcpClient>> clients;
  for (int i = 0; i < 70; ++i) clients.push_back(std::make_unique<TcpClient>(port_));
  EXPECT_EQ(clients.back()->receive_all(), "") << "the last one is closed at once";
  EXPECT_EQ(status().connections, 64U);
}

TEST_F(LocalTunnels, AClosedRemotePortEndsTheConnectionAndIsTold) {
  lead_to(test::free_port());
  const TcpClient client(port_);
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_TRUE(test::eventually([&] { return !status().trouble.empty(); }));
  EXPECT_NE(status().trouble.find("refused"), std::string::npos) << status().trouble;
}

TEST_F(LocalTunnels, TroubleIsForgottenOnceAConnectionSucceeds) {
  const TcpServer server(test::echo);
  lead_to(test::free_port());
  EXPECT_EQ(TcpClient(port_).receive_all(), "");
  ASSERT_TRUE(tunnels_.point(port_, Endpoint{"127.0.0.1", server.port()}));
  EXPECT_EQ(TcpClient(port_).ask("x"), "x");
  EXPECT_EQ(status().trouble, "");
}

TEST_F(LocalTunnels, AResetTravelsThrough) {
  const TcpServer server([](int fd) {
    char byte = 0;
    static_cast<void>(::recv(fd, &byte, 1, 0));
    const linger at_once{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    const Fd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    ::dup2(null.get(), fd);  // closes the socket under its owner, and so resets it
  });
  lead_to(server.port());
  const TcpClient client(port_);
  ASSERT_TRUE(client.send("x"));
  EXPECT_EQ(client.receive_all(), std::nullopt);
}

TEST_F(LocalTunnels, ListenOnLoopbackOnly) {
  ASSERT_TRUE(tunnels_.open(port_, "ssh"));
  const std::string hex = [&] {
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "%04X", port_);
    return std::string(text.data());
  }();
  EXPECT_NE(test::read_file("/proc/net/tcp").find("0100007F:" + hex + " 00000000:0000 0A"), std::string::npos);
  EXPECT_EQ(test::read_file("/proc/net/tcp").find("00000000:" + hex + " 00000000:0000 0A"), std::string::npos);
  EXPECT_EQ(test::read_file("/proc/net/tcp6").find(":" + hex + " "), std::string::npos);
}

TEST_F(LocalTunnels, ABusyPortNamesItsHolder) {
  const Fd holder = test::listen_anywhere();
  const auto done = tunnels_.open(test::port_of(holder.get()), "ssh");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().cause, "it is held by helper itself, for another target");
}

TEST_F(LocalTunnels, ABusyPortOfAnotherProcessIsNamedWithItsPid) {
  test::Sshd sshd;
  const auto done = tunnels_.open(sshd.port(), "ssh");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().cause, "it is held by sshd (pid " + std::to_string(sshd.pid()) + ")");
}

TEST_F(LocalTunnels, WhatIsNoAddressIsRefused) {
  ASSERT_TRUE(tunnels_.open(port_, "ssh"));
  for (const Endpoint& bad :
       {Endpoint{"", 22}, Endpoint{"127.0.0.1", 0}, Endpoint{"host name", 22}, Endpoint{"gpu1", 22}}) {
    EXPECT_FALSE(tunnels_.point(port_, bad)) << to_text(bad);
  }
}

TEST_F(LocalTunnels, ClosingAPortBreaksItsConnectionsOff) {
  const TcpServer server(test::echo);
  lead_to(server.port());
  const TcpClient client(port_);
  ASSERT_EQ(client.ask("x"), "x");
  tunnels_.close(port_);
  EXPECT_EQ(client.receive_all(), std::nullopt);
  EXPECT_FALSE(TcpClient(port_).connected());
}

}  // namespace
}  // namespace helper::tunnel
