// Tunnels that go through commands on a server: what is about sessions and not about single connections.
#include "support/ssh_tunnels.hpp"

#include <gtest/gtest.h>

namespace helper::tunnel {
namespace {

using test::TcpClient;

TEST(SshPipes, AServerThatRunsNoCommandsSaysSo) {
  test::SshTunnelsRig rig({"MaxSessions 0\n", {"ed25519"}});
  ASSERT_TRUE(rig.tunnels->open(rig.port, "ssh"));
  ASSERT_TRUE(rig.tunnels->point(rig.port, Pipe{"sshd in c", "exec cat"}));
  EXPECT_EQ(TcpClient(rig.port).receive_all(), "");
  const std::string trouble = rig.tunnels->status().at(0).trouble;
  EXPECT_NE(trouble.find("sshd in c: "), std::string::npos) << trouble;
  EXPECT_NE(trouble.find("MaxSessions"), std::string::npos) << trouble;
  EXPECT_EQ(rig.dials, 1);
}

TEST(SshPipes, MoreCommandsThanASessionTakesGetMoreSessions) {
  test::SshTunnelsRig rig({"MaxSessions 2\n", {"ed25519"}});
  ASSERT_TRUE(rig.tunnels->open(rig.port, "ssh"));
  ASSERT_TRUE(rig.tunnels->point(rig.port, Pipe{"cat", "exec cat"}));
  std::vector<std::unique_ptr<TcpClient>> clients;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(std::make_unique<TcpClient>(rig.port));
    ASSERT_EQ(clients.back()->ask("ping"), "ping") << i;
  }
  EXPECT_EQ(rig.dials, 3);
  EXPECT_EQ(rig.tunnels->status().at(0).trouble, "");
  for (const auto& client : clients) EXPECT_EQ(client->ask("still"), "still");
}

TEST(SshPipes, ALostSessionBreaksItsCommandsOffAndTheNextComesThrough) {
  test::SshTunnelsRig rig;
  test::Relay relay(rig.sshd.port());
  rig.dial_port = relay.port();
  ASSERT_TRUE(rig.tunnels->open(rig.port, "ssh"));
  ASSERT_TRUE(rig.tunnels->point(rig.port, Pipe{"cat", "exec cat"}));
  const TcpClient first(rig.port);
  ASSERT_EQ(first.ask("x"), "x");
  relay.hold();
  relay.reset();
  EXPECT_EQ(first.receive_all(), std::nullopt);
  EXPECT_EQ(TcpClient(rig.port).ask("again"), "again");
}

}  // namespace
}  // namespace helper::tunnel
