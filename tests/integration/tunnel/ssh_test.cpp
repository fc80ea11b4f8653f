// Tunnels to a server by SSH: a real sshd on 127.0.0.1.
#include "support/ssh_tunnels.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>

namespace helper::tunnel {
namespace {

using test::TcpClient;
using test::TcpServer;

class SshTunnels : public test::SshTunnelsTest {};

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

std::size_t resident_megabytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) >> 20U;
}

TEST_F(SshTunnels, CarryBytesBothWays) {
  const TcpServer server(test::echo);
  lead_to(server.port());
  EXPECT_EQ(TcpClient(port_).ask("hello"), "hello");
  EXPECT_TRUE(status().link_up);
  EXPECT_EQ(status().trouble, "");
}

TEST_F(SshTunnels, NothingIsDialledBeforeItIsAskedFor) {
  ASSERT_TRUE(tunnels().open(port_, "ssh"));
  EXPECT_FALSE(status().link_up);
  EXPECT_NE(status().trouble, "");
  EXPECT_EQ(dials(), 0);
  tunnels().start();
  EXPECT_TRUE(test::eventually([&] { return status().link_up; }));
  EXPECT_EQ(dials(), 1);
}

TEST_F(SshTunnels, TellWhenTheWayIsUp) {
  tunnels().start();
  EXPECT_TRUE(
      test::eventually([&] { return changes() == std::vector<std::string>{"up: the server test-server is reached"}; }));
}

TEST_F(SshTunnels, TellWhichPortsRemoteTookNoConnection) {
  const std::uint16_t nobody = test::free_port();
  lead_to(nobody);
  EXPECT_EQ(TcpClient(port_).ask("hello"), "");
  ASSERT_TRUE(test::eventually([&] { return !refusals().empty(); }));
  EXPECT_EQ(refusals()[0].substr(0, refusals()[0].find(' ')), std::to_string(port_) + ":");
  const auto before = refusals().size();
  const TcpServer server(test::echo);
  ASSERT_TRUE(tunnels().point(port_, Endpoint{"127.0.0.1", server.port()}));
  EXPECT_EQ(TcpClient(port_).ask("hello"), "hello");
  EXPECT_EQ(refusals().size(), before) << "a remote that answers is no refusal";
}

// As an engine's proxy does for a published port behind which nothing listens any more.
TEST_F(SshTunnels, TellWhichPortsRemoteClosesConnectionsUnanswered) {
  const TcpServer closes([](int fd) { ::shutdown(fd, SHUT_RDWR); });
  lead_to(closes.port());
  EXPECT_EQ(TcpClient(port_).ask("hello"), "");
  ASSERT_TRUE(test::eventually([&] { return !refusals().empty(); }));
  EXPECT_NE(refusals()[0].find("before it says a word"), std::string::npos) << refusals()[0];
  const auto before = refusals().size();
  const TcpServer answers([](int fd) {
    EXPECT_EQ(::send(fd, "bye", 3, MSG_NOSIGNAL), 3);
    ::shutdown(fd, SHUT_RDWR);
  });
  ASSERT_TRUE(tunnels().point(port_, Endpoint{"127.0.0.1", answers.port()}));
  EXPECT_EQ(TcpClient(port_).ask("hello").substr(0, 3), "bye");
  const TcpServer waits(test::echo);
  ASSERT_TRUE(tunnels().point(port_, Endpoint{"127.0.0.1", waits.port()}));
  { const TcpClient looks(port_); }  // and goes without a word
  EXPECT_EQ(TcpClient(port_).ask("hello"), "hello");
  EXPECT_EQ(refusals().size(), before);
}

TEST_F(SshTunnels, SixtyFourMegabytesEachWayArriveWhole) {
  const TcpServer server(test::echo);
  lead_to(server.port());
  const std::string sent = test::pattern(64u << 20);
  const TcpClient client(port_);
  std::thread sender([&] {
    EXPECT_TRUE(client.send(sent));
    client.end_sending();
  });
  const auto received = client.receive_all();
  sender.join();
  EXPECT_TRUE(received == sent) << (received ? received->size() : 0) << " bytes came";
}

TEST_F(SshTunnels, PassOnEachSidesEndOfFileByItself) {
  const std::string answer = test::pattern(3u << 20);
  std::atomic<std::size_t> asked = 0;
  const TcpServer server([&](int fd) {
    std::array<char, 4096> buffer{};
    for (ssize_t got = 1; (got = ::recv(fd, buffer.data(), buffer.size(), 0)) > 0;)
      asked += static_cast<std::size_t>(got);
    for (std::size_t sent = 0; sent < answer.size();) {
      const auto some = ::send(fd, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
      if (some <= 0) return;
      sent += static_cast<std::size_t>(some);
    }
  });
  lead_to(server.port());
  const TcpClient client(port_);
  ASSERT_TRUE(client.send("question"));
  client.end_sending();
  EXPECT_TRUE(client.receive_all() == answer);
  EXPECT_EQ(asked, 8U);
  EXPECT_TRUE(test::eventually([&] { return status().connections == 0; }));
}

TEST_F(SshTunnels, AServerThatEndsFirstStillHearsTheRest) {
  std::promise<std::string> heard;
  const TcpServer server([&](int fd) {
    static_cast<void>(::send(fd, "bye", 3, MSG_NOSIGNAL));
    ::shutdown(fd, SHUT_WR);
    std::string text;
    std::array<char, 64> buffer{};
    for (ssize_t got = 1; (got = ::recv(fd, buffer.data(), buffer.size(), 0)) > 0;)
      text.append(buffer.data(), static_cast<std::size_t>(got));
    heard.set_value(text);
  });
  lead_to(server.port());
  const TcpClient client(port_);
  ASSERT_EQ(client.receive_all(), "bye");
  ASSERT_TRUE(client.send("one more thing"));
  client.end_sending();
  EXPECT_EQ(heard.get_future().get(), "one more thing");
}

TEST_F(SshTunnels, TwoHundredConnectionsAtOnceGetEachTheirOwnBytes) {
  const TcpServer server(test::echo);
  lead_to(server.port());
  ASSERT_TRUE(up_within_limit());
  std::vector<std::unique_ptr<TcpClient>> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(std::make_unique<TcpClient>(port_));
  for (std::size_t i = 0; i < clients.size(); ++i) ASSERT_TRUE(clients[i]->send("client " + std::to_string(1000 + i)));
  for (std::size_t i = 0; i < clients.size(); ++i)
    ASSERT_EQ(clients[i]->receive(11), "client " + std::to_string(1000 + i));
  EXPECT_EQ(status().connections, 200U);
  clients.clear();
  EXPECT_TRUE(test::eventually([&] { return status().connections == 0; }));
}

TEST_F(SshTunnels, ASlowReaderHoldsUpTheSenderAndNotOurMemory) {
  std::atomic<std::size_t> sent = 0;
  const TcpServer server([&](int fd) {
    const std::string chunk = test::pattern(1u << 20);
    while (sent < (256u << 20U)) {
      const auto some = ::send(fd, chunk.data(), chunk.size(), MSG_NOSIGNAL);
      if (some <= 0) return;
      sent += static_cast<std::size_t>(some);
    }
  });
  lead_to(server.port());
  const TcpServer other(test::echo);
  const std::uint16_t second = test::free_port();
  ASSERT_TRUE(tunnels().open(second, "jupyter"));
  ASSERT_TRUE(tunnels().point(second, Endpoint{"127.0.0.1", other.port()}));
  ASSERT_EQ(TcpClient(second).ask("x"), "x");
  const std::size_t before = resident_megabytes();
  const TcpClient slow(port_, 4096);
  std::size_t read = 0;
  for (int i = 0; i < 400; ++i) {  // 2 s of little sips
    read += slow.receive(4096).size();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(read, 400U * 4096U);
  EXPECT_LT(sent, 64u << 20U) << "the sender was held up";
  EXPECT_LT(resident_megabytes(), before + 48);
  EXPECT_EQ(TcpClient(second).ask("meanwhile"), "meanwhile");
  const std::string rest = slow.receive(32u << 20U);
  EXPECT_EQ(rest.size(), 32u << 20U) << "and it goes on when the reader does";
}

TEST_F(SshTunnels, AServerThatReadsNothingHoldsUpTheClientAndNotOurMemory) {
  std::atomic<bool> read_on = false;
  std::atomic<std::size_t> received = 0;
  const TcpServer server([&](int fd) {
    std::vector<char> buffer(1u << 20);
    while (!read_on) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    for (ssize_t got = 1; (got = ::recv(fd, buffer.data(), buffer.size(), 0)) > 0;)
      received += static_cast<std::size_t>(got);
  });
  lead_to(server.port());
  const std::string bytes = test::pattern(96u << 20);
  const std::size_t before = resident_megabytes();
  std::atomic<bool> all_sent = false;
  const TcpClient client(port_);
  std::thread sender([&] {
    EXPECT_TRUE(client.send(bytes));
    client.end_sending();
    all_sent = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  EXPECT_FALSE(all_sent);
  EXPECT_LT(resident_megabytes(), before + 48);
  read_on = true;
  sender.join();
  EXPECT_TRUE(test::eventually([&] { return received == bytes.size(); })) << received;
}

TEST_F(SshTunnels, APortThatIsClosedOnTheServerEndsTheConnectionAndIsTold) {
  lead_to(test::free_port());
  EXPECT_EQ(TcpClient(port_).receive_all(), "");
  EXPECT_NE(status().trouble.find("could not connect"), std::string::npos) << status().trouble;
  EXPECT_TRUE(status().link_up);
}

TEST_F(SshTunnels, ARefusalCostsTheOtherConnectionsNothing) {
  const TcpServer server(test::echo);
  lead_to(server.port());
  const TcpClient other(port_);
  ASSERT_EQ(other.ask("x"), "x");
  ASSERT_TRUE(tunnels().point(port_, Endpoint{"127.0.0.1", test::free_port()}));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(TcpClient(port_).receive_all(), "");
  EXPECT_EQ(other.ask("still here"), "still here");
  EXPECT_EQ(dials(), 1);
}

TEST_F(SshTunnels, ManyConnectionsInARowLeakNoDescriptor) {
  const TcpServer server(test::echo);
  lead_to(server.port());
  ASSERT_EQ(TcpClient(port_).ask("x"), "x");
  ASSERT_TRUE(test::eventually([&] { return status().connections == 0; }));
  const auto ours = [&] {
    return open_descriptors() - static_cast<std::size_t>(server.served());
  };  // it keeps one each
  const std::size_t before = ours();
  for (int i = 0; i < 500; ++i) {
    const TcpClient client(port_);
    if (i % 3 == 0) continue;  // one that leaves at once
    ASSERT_EQ(client.ask("ping"), "ping") << i;
  }
  ASSERT_TRUE(test::eventually([&] { return status().connections == 0; }));
  EXPECT_TRUE(test::eventually([&] { return ours() <= before; })) << before << " before, " << ours() << " after";
}

TEST_F(SshTunnels, GoneAtOnceWithOpenConnections) {
  const TcpServer server(test::echo);
  lead_to(server.port());
  const TcpClient client(port_);
  ASSERT_EQ(client.ask("x"), "x");
  const auto begin = std::chrono::steady_clock::now();
  end_tunnels();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_EQ(client.receive_all(), std::nullopt);
}

TEST(SshForwarding, AServerThatForbidsItSaysSo) {
  test::SshTunnelsRig rig({"AllowTcpForwarding no\n", {"ed25519"}});
  ASSERT_TRUE(rig.tunnels->open(rig.port, "ssh"));
  ASSERT_TRUE(rig.tunnels->point(rig.port, Endpoint{"127.0.0.1", 9}));
  EXPECT_EQ(TcpClient(rig.port).receive_all(), "");
  const std::string trouble = rig.tunnels->status().at(0).trouble;
  EXPECT_NE(trouble.find("forbids forwarding"), std::string::npos) << trouble;
}

}  // namespace
}  // namespace helper::tunnel
