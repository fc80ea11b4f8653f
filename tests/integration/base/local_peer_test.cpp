#include "base/local_peer.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace helper {
namespace {

constexpr uid_t k_another = 65534;

class LocalPeerTest : public testing::Test {
 protected:
  void SetUp() override {
    listener_ = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    here_.sin_family = AF_INET;
    here_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here_;
    ASSERT_EQ(::bind(listener_.get(), generic(), size), 0);
    ASSERT_EQ(::listen(listener_.get(), 16), 0);
    ASSERT_EQ(::getsockname(listener_.get(), generic(), &size), 0);
  }

  [[nodiscard]] Fd connect_v4() {
    Fd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(client.get(), generic(), sizeof here_), 0);
    return client;
  }

  [[nodiscard]] Fd connect_mapped() {
    Fd client(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 mapped{};
    mapped.sin6_family = AF_INET6;
    mapped.sin6_port = here_.sin_port;
    ::inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.sin6_addr);
    EXPECT_EQ(::connect(client.get(), reinterpret_cast<sockaddr*>(&mapped), sizeof mapped), 0);
    return client;
  }

  [[nodiscard]] Fd accept_one() { return Fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)); }

  // Whether a connection that another user makes, by `connect`, is taken.
  template <class Connect>
  bool takes_anothers(Connect connect) {
    std::array<int, 2> end{};
    EXPECT_EQ(::pipe(end.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(end[1]);
      if (::setresuid(k_another, k_another, k_another) != 0) ::_exit(1);
      const Fd client = connect();
      char byte = 0;
      ::_exit(::read(end[0], &byte, 1) == 0 ? 0 : 1);
    }
    ::close(end[0]);
    const Fd taken = accept_one();
    const bool admitted = lookup_.admits(only_me_, taken.get());
    ::close(end[1]);
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    return admitted;
  }

  sockaddr* generic() { return reinterpret_cast<sockaddr*>(&here_); }

  sockaddr_in here_{};
  Fd listener_;
  PeerLookup lookup_;
  const PeerPolicy only_me_{::getuid(), false, false};
};

TEST_F(LocalPeerTest, OurOwnConnectionIsTakenAlsoByAnIpv6Socket) {
  const Fd v4 = connect_v4();
  EXPECT_TRUE(lookup_.admits(only_me_, accept_one().get()));
  const Fd mapped = connect_mapped();
  EXPECT_TRUE(lookup_.admits(only_me_, accept_one().get()));
}

TEST_F(LocalPeerTest, AHalfClosedConnectionIsTaken) {
  const Fd client = connect_v4();
  ASSERT_EQ(::shutdown(client.get(), SHUT_WR), 0);
  EXPECT_TRUE(lookup_.admits(only_me_, accept_one().get()));
}

TEST_F(LocalPeerTest, AConnectionWhoseProcessClosedItIsRefused) {
  { const Fd client = connect_v4(); }
  EXPECT_FALSE(lookup_.admits(only_me_, accept_one().get()));
}

TEST_F(LocalPeerTest, AResetConnectionIsRefusedAlsoWhenItsAddressIsUsedAgain) {
  // Any process of this machine may get the freed port first, so another try takes another port.
  for (int tries = 0; tries < 50; ++tries) {
    Fd client = connect_v4();
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ASSERT_EQ(::getsockname(client.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    const linger at_once{1, 0};
    ::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    client.reset();
    const Fd again(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(again.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(again.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::connect(again.get(), generic(), sizeof here_) != 0) {
      EXPECT_FALSE(lookup_.admits(only_me_, accept_one().get()));
      continue;
    }
    EXPECT_FALSE(lookup_.admits(only_me_, accept_one().get())) << "the one that was reset";
    EXPECT_TRUE(lookup_.admits(only_me_, accept_one().get())) << "the one that has its address now";
    return;
  }
  FAIL() << "no freed port could be used again";
}

TEST_F(LocalPeerTest, AnotherUsersConnectionIsRefusedAlsoByAnIpv6Socket) {
  if (::getuid() != 0) GTEST_SKIP() << "only root can become another user";
  EXPECT_FALSE(takes_anothers([this] { return connect_v4(); }));
  EXPECT_FALSE(takes_anothers([this] { return connect_mapped(); }));
}

TEST_F(LocalPeerTest, APeerIsThereUntilNoProcessHoldsItsEnd) {
  Fd client = connect_v4();
  const Fd taken = accept_one();
  EXPECT_TRUE(lookup_.is_there(taken.get()));
  ASSERT_EQ(::shutdown(client.get(), SHUT_WR), 0);
  EXPECT_TRUE(lookup_.is_there(taken.get()));
  client.reset();
  EXPECT_FALSE(lookup_.is_there(taken.get()));
}

TEST_F(LocalPeerTest, TheOptionTakesEveryConnection) {
  { const Fd client = connect_v4(); }
  EXPECT_TRUE(lookup_.admits(PeerPolicy{::getuid(), true, false}, accept_one().get()));
}

}  // namespace
}  // namespace helper
