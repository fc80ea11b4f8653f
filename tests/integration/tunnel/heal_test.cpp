// Tunnels whose way to the server breaks, goes silent, or was never up.
#include "support/ssh_tunnels.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace helper::tunnel {
namespace {

using test::Relay;
using test::TcpClient;
using test::TcpServer;

class Healing : public test::SshTunnelsTest {
 protected:
  // The processes of sshd that serve a connection: children of the listening one.
  std::vector<pid_t> sessions() {
    std::vector<pid_t> found;
    std::istringstream children(test::read_file("/proc/" + std::to_string(rig_.sshd.pid()) + "/task/" +
                                                std::to_string(rig_.sshd.pid()) + "/children"));
    for (pid_t pid = 0; children >> pid;) found.push_back(pid);
    return found;
  }
  void signal_sessions(int signal) { signal_all(sessions(), signal); }
  static void signal_all(const std::vector<pid_t>& pids, int signal) {
    for (const pid_t pid : pids) {
      const auto each = test::read_file("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children");
      std::istringstream children(each);
      for (pid_t child = 0; children >> child;)
        ::kill(child, signal);  // the one without privileges, for a user who is not root
      ::kill(pid, signal);
    }
  }
  TcpServer server_{test::echo};
};

TEST_F(Healing, AfterTheSessionIsKilledTheNextConnectionWorksByItself) {
  lead_to(server_.port());
  const TcpClient before(port_);
  ASSERT_EQ(before.ask("x"), "x");
  signal_sessions(SIGKILL);
  EXPECT_EQ(before.receive_all(), std::nullopt) << "what was lost is not made to look complete";
  EXPECT_EQ(TcpClient(port_).ask("again"), "again");
  EXPECT_EQ(dials(), 2);
}

TEST_F(Healing, AConnectionMadeWhileTheServerIsAwayIsServedWhenItIsBack) {
  lead_to(server_.port());
  ASSERT_TRUE(up_within_limit());
  const auto lost = sessions();
  rig_.sshd.stop_listening();
  signal_all(lost, SIGKILL);
  ASSERT_TRUE(test::eventually([&] { return !status().link_up; }));
  EXPECT_NE(status().trouble, "");
  const TcpClient client(port_);
  ASSERT_TRUE(client.send("early"));
  ASSERT_TRUE(test::eventually([&] { return dials() > 4; })) << "it tries again and again";
  rig_.sshd.start();
  EXPECT_EQ(client.receive(5), "early");
  EXPECT_EQ(status().trouble, "");
}

TEST_F(Healing, ASilentServerIsDialledAgainAndItsOldConnectionsAreKept) {
  Relay relay(rig_.sshd.port());
  rig_.dial_port = relay.port();
  lead_to(server_.port());
  const TcpClient old(port_);
  ASSERT_EQ(old.ask("x"), "x");
  relay.hold();
  ASSERT_TRUE(old.send("kept"));
  ASSERT_TRUE(test::eventually([&] { return dials() == 2 && status().link_up; }));
  EXPECT_EQ(TcpClient(port_).ask("new"), "new") << "while the old one is still silent";
  relay.release();
  EXPECT_EQ(old.receive(4), "kept");
  EXPECT_EQ(relay.connections(), 2);
}

TEST_F(Healing, AConnectionThatWasBeingOpenedOnTheSilentSessionMovesToTheNewOne) {
  Relay relay(rig_.sshd.port());
  rig_.dial_port = relay.port();
  lead_to(server_.port());
  ASSERT_EQ(TcpClient(port_).ask("x"), "x");
  relay.hold();
  const TcpClient client(port_);
  EXPECT_EQ(client.ask("moved"), "moved");
  EXPECT_EQ(dials(), 2);
}

TEST_F(Healing, ABlackHoleThatEndsInAResetBreaksOffWhatWasInIt) {
  Relay relay(rig_.sshd.port());
  rig_.dial_port = relay.port();
  lead_to(server_.port());
  const TcpClient old(port_);
  ASSERT_EQ(old.ask("x"), "x");
  relay.hold();
  ASSERT_TRUE(test::eventually([&] { return dials() == 2 && status().link_up; }));
  relay.reset();
  EXPECT_EQ(old.receive_all(), std::nullopt);
  EXPECT_EQ(TcpClient(port_).ask("new"), "new");
  EXPECT_EQ(dials(), 2);
}

TEST_F(Healing, AnOldSessionThatStaysSilentIsGivenUpInTheEnd) {
  Relay relay(rig_.sshd.port());
  rig_.dial_port = relay.port();
  lead_to(server_.port());
  const TcpClient old(port_);
  ASSERT_EQ(old.ask("x"), "x");
  relay.hold();
  EXPECT_EQ(old.receive_all(), std::nullopt) << "within 30 s";
  EXPECT_EQ(TcpClient(port_).ask("new"), "new");
}

TEST_F(Healing, AStoppedServerProcessIsSilentToo) {
  lead_to(server_.port());
  const TcpClient old(port_);
  ASSERT_EQ(old.ask("x"), "x");
  const auto stopped = sessions();
  signal_all(stopped, SIGSTOP);
  EXPECT_TRUE(test::eventually([&] { return dials() == 2 && status().link_up; }));
  EXPECT_EQ(TcpClient(port_).ask("new"), "new");
  signal_all(stopped, SIGCONT);
  EXPECT_EQ(old.ask("still here"), "still here");
}

TEST_F(Healing, AServerThatAnswersAgainBeforeAnotherSessionIsUpKeepsItsOwn) {
  Relay relay(rig_.sshd.port());
  rig_.dial_port = relay.port();
  lead_to(server_.port());
  const TcpClient old(port_);
  ASSERT_EQ(old.ask("x"), "x");
  rig_.dial_port = test::free_port();  // nobody there
  relay.hold();
  ASSERT_TRUE(test::eventually([&] { return !status().link_up; }));
  relay.release();
  ASSERT_TRUE(up_within_limit());
  EXPECT_EQ(old.ask("same"), "same");
  EXPECT_EQ(TcpClient(port_).ask("also"), "also");
  EXPECT_EQ(relay.connections(), 1);
}

TEST_F(Healing, ARefusedLoginIsNotTriedOverAndOver) {
  rig_.wrong_key = true;
  lead_to(server_.port());
  ASSERT_TRUE(test::eventually([&] { return !status().trouble.empty() && dials() == 1; }));
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  EXPECT_EQ(dials(), 1);
  EXPECT_FALSE(status().link_up);
  rig_.wrong_key = false;
  tunnels().start();
  EXPECT_TRUE(up_within_limit()) << "but at once when a person asks";
}

TEST_F(Healing, TheOwnerHearsOfEachChangeOnce) {
  lead_to(server_.port());
  ASSERT_TRUE(up_within_limit());
  signal_sessions(SIGKILL);
  ASSERT_TRUE(test::eventually([&] { return changes().size() == 3; }));
  const auto all = changes();
  EXPECT_TRUE(all[0].starts_with("up: "));
  EXPECT_TRUE(all[1].starts_with("down: ")) << all[1];
  EXPECT_TRUE(all[2].starts_with("up: "));
}

TEST_F(Healing, GoneAtOnceWhileTheServerIsSilentAndAnotherIsDialled) {
  Relay relay(rig_.sshd.port());
  rig_.dial_port = relay.port();
  lead_to(server_.port());
  const TcpClient client(port_);
  ASSERT_EQ(client.ask("x"), "x");
  const Fd never_accepts = test::listen_anywhere();  // connects, and says nothing
  rig_.dial_port = test::port_of(never_accepts.get());
  relay.hold();
  ASSERT_TRUE(test::eventually([&] { return dials() == 2; }));
  const auto begin = std::chrono::steady_clock::now();
  end_tunnels();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

}  // namespace
}  // namespace helper::tunnel
