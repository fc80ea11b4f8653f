// Who may use a local port, and how a connection reaches an SSH server whose address others keep busy.
#include "support/sshd.hpp"
#include "support/tcp.hpp"
#include "tunnel/listener.hpp"
#include "tunnel/tunnel_set.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <sys/wait.h>

namespace helper::tunnel {
namespace {

using test::TcpClient;
using test::TcpServer;

constexpr uid_t k_another = 65534;

// What a process of another user sees: how many of `count` connections, all open at the same time, are ended within 5
// s.
int refused_to_another(std::uint16_t port, int count) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setresuid(k_another, k_another, k_another) != 0) ::_exit(255);
    const sockaddr_in address = test::loopback(port);
    std::vector<int> sockets;
    for (int i = 0; i < count; ++i) {
      const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) sockets.push_back(fd);
    }
    int ended = count - static_cast<int>(sockets.size());
    for (const int fd : sockets) {
      char byte = 0;
      if (test::readable_within(fd, std::chrono::seconds(5)) && ::recv(fd, &byte, 1, 0) <= 0) ++ended;
    }
    ::_exit(ended);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

class Door : public ::testing::Test {
 protected:
  TunnelStatus status() { return tunnels_.status().at(0); }
  std::uint16_t port_ = test::free_port();
  Tunnels tunnels_{nullptr};
};

TEST_F(Door, AnotherUsersConnectionsAreEndedAndTakeNoPlace) {
  if (::getuid() != 0) GTEST_SKIP() << "only root can become another user";
  ASSERT_TRUE(tunnels_.open(port_, "ssh"));
  EXPECT_EQ(refused_to_another(port_, 200), 200);
  EXPECT_EQ(status().connections, 0U);
  const TcpServer server(test::echo);
  ASSERT_TRUE(tunnels_.point(port_, Endpoint{"127.0.0.1", server.port()}));
  EXPECT_EQ(TcpClient(port_).ask("hello"), "hello");
}

TEST_F(Door, WithThePersonsLeaveOtherUsersAreServed) {
  if (::getuid() != 0) GTEST_SKIP() << "only root can become another user";
  Tunnels open_to_all(nullptr, {}, peer_policy(true));
  ASSERT_TRUE(open_to_all.open(port_, "ssh"));
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setresuid(k_another, k_another, k_another) != 0) ::_exit(255);
    const TcpClient client(port_);
    ::sleep(20);
    ::_exit(0);
  }
  EXPECT_TRUE(test::eventually([&] { return open_to_all.status().at(0).connections == 1; }));
  int ended = 0;
  ::kill(child, SIGKILL);
  ::waitpid(child, &ended, 0);
}

TEST_F(Door, WhenNoDescriptorIsLeftStrangersAreStillSentAway) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP()
      << "UBSan, which is there with ASan, opens a pipe to look at the type of an object; the TSan build runs this";
#endif
  if (::getuid() != 0) GTEST_SKIP() << "only root can become another user";
  ASSERT_TRUE(tunnels_.open(port_, "ssh"));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const Fd highest(::dup(0));
  const rlimit none{static_cast<rlim_t>(highest.get()), before.rlim_max};
  // Every number below the limit is in use when the child begins, so that accept() finds none; the child has the old
  // limit.
  std::array<int, 2> begin{};
  ASSERT_EQ(::pipe(begin.data()), 0);
  const Fd theirs(begin[0]);
  const Fd ours(begin[1]);
  std::vector<Fd> used;
  const pid_t child = ::fork();
  if (child == 0) {
    char byte = 0;
    ::_exit(::read(theirs.get(), &byte, 1) == 1 ? refused_to_another(port_, 50) : 255);
  }
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  for (Fd each(::dup(0)); each; each = Fd(::dup(0))) used.push_back(std::move(each));
  ASSERT_EQ(::write(ours.get(), "x", 1), 1);
  int status_of_child = 0;
  ::waitpid(child, &status_of_child, 0);
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(WEXITSTATUS(status_of_child), 50);
}

// An SSH server that never greets, as one does whose places are all taken.
TEST_F(Door, AnAddressThatDoesNotGreetGivesWayToThePipe) {
  const TcpServer silent([](int fd) { static_cast<void>(test::readable_within(fd, std::chrono::seconds(20))); });
  ASSERT_TRUE(tunnels_.open(port_, "ssh"));
  const SshDoor door{{"127.0.0.1", silent.port()}, {"sshd by exec", "printf 'SSH-2.0-pipe\\n'; exec cat"}};
  ASSERT_TRUE(tunnels_.point(port_, door));
  const auto begin = std::chrono::steady_clock::now();
  {
    const TcpClient client(port_);
    EXPECT_EQ(client.receive(13), "SSH-2.0-pipe\n");
    EXPECT_EQ(client.ask("more"), "more");
  }
  const auto first = std::chrono::steady_clock::now();
  EXPECT_LT(first - begin, std::chrono::seconds(10));
  const TcpClient again(port_);
  EXPECT_EQ(again.receive(13), "SSH-2.0-pipe\n");
  EXPECT_LT(std::chrono::steady_clock::now() - first, std::chrono::seconds(3)) << "the address is not tried again soon";
}

TEST_F(Door, AnAddressThatRefusesOrSaysSomethingElseGivesWayToThePipe) {
  const TcpServer full([](int fd) { static_cast<void>(::send(fd, "Exceeded MaxStartups\r\n", 22, MSG_NOSIGNAL)); });
  const TcpServer closing([](int) {});
  const Pipe pipe{"sshd by exec", "printf 'SSH-2.0-pipe\\n'; exec cat"};
  for (const std::uint16_t port : {test::free_port(), full.port(), closing.port()}) {
    const std::uint16_t local = test::free_port();
    ASSERT_TRUE(tunnels_.open(local, "ssh"));
    ASSERT_TRUE(tunnels_.point(local, SshDoor{{"127.0.0.1", port}, pipe}));
    const TcpClient client(local);
    EXPECT_EQ(client.receive(13), "SSH-2.0-pipe\n");
  }
}

TEST_F(Door, AnAddressThatGreetsKeepsTheConnection) {
  const TcpServer sshd([](int fd) {
    for (const char* piece : {"S", "SH", "-2.0-x\r\n"}) {
      static_cast<void>(::send(fd, piece, std::string_view(piece).size(), MSG_NOSIGNAL));
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    test::echo(fd);
  });
  ASSERT_TRUE(tunnels_.open(port_, "ssh"));
  ASSERT_TRUE(tunnels_.point(port_, SshDoor{{"127.0.0.1", sshd.port()}, {"sshd by exec", "exec false"}}));
  const TcpClient client(port_);
  ASSERT_TRUE(client.send("early"));  // as clients do: their own greeting, before they read
  EXPECT_EQ(client.receive(14), "SSH-2.0-x\r\near");
  EXPECT_EQ(client.receive(2), "ly");
  client.end_sending();
  EXPECT_EQ(client.receive_all(), "");
}

TEST_F(Door, WhenThePipeIsOfNoUseEitherTheClientIsTold) {
  ASSERT_TRUE(tunnels_.open(port_, "ssh"));
  const Pipe pipe{"sshd by exec", "echo no such container >&2; exit 1"};
  ASSERT_TRUE(tunnels_.point(port_, SshDoor{{"127.0.0.1", test::free_port()}, pipe}));
  const TcpClient client(port_);
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_TRUE(test::eventually([&] { return status().trouble.find("no such container") != std::string::npos; }))
      << status().trouble;
}

}  // namespace
}  // namespace helper::tunnel
