#include "ssh/control.hpp"
#include "support/sshd.hpp"
#include "support/tcp.hpp"

#include <gtest/gtest.h>

#include <linux/filter.h>
#include <linux/sockios.h>
#include <mutex>
#include <set>
#include <sys/ioctl.h>
#include <thread>

namespace helper::ssh {
namespace {

// Passes connections on to another port. cut() makes the kernel drop every packet that comes for those that are open,
// so that not even an acknowledgement goes back: a pulled cable. New ones are passed on.
class CuttableRelay {
 public:
  explicit CuttableRelay(std::uint16_t to) : to_(to), server_([this](int fd) { pass(fd); }) {}
  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  void cut() {
    const std::scoped_lock lock(mutex_);
    sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
    const sock_fprog program{1, &drop};
    for (const int fd : open_) {
      ASSERT_TRUE(all_is_acknowledged(fd));
      ASSERT_EQ(::setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program), 0);
    }
  }

 private:
  // What is not would be sent again after the cut, and be a sign of life that no pulled cable gives.
  static bool all_is_acknowledged(int fd) {
    for (int tries = 0; tries < 500; ++tries) {
      int left = 0;
      if (::ioctl(fd, SIOCOUTQ, &left) == 0 && left == 0) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }
  void pass(int near) {
    {
      const std::scoped_lock lock(mutex_);
      open_.insert(near);
    }
    const test::TcpClient far(to_);
    std::array<char, 65536> buffer{};
    for (bool going = true; going;) {
      std::array<pollfd, 2> ends{pollfd{near, POLLIN, 0}, pollfd{far.fd(), POLLIN, 0}};
      ::poll(ends.data(), ends.size(), -1);
      for (std::size_t i = 0; i < ends.size() && going; ++i) {
        if (ends.at(i).revents == 0) continue;
        const auto got = ::recv(ends.at(i).fd, buffer.data(), buffer.size(), 0);
        going = got > 0 && ::send(ends.at(1 - i).fd, buffer.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL) == got;
      }
    }
    const std::scoped_lock lock(mutex_);
    open_.erase(near);
  }

  std::uint16_t to_;
  std::mutex mutex_;
  std::set<int> open_;
  test::TcpServer server_;  // last: its threads use the rest
};

class DeadPeerTest : public testing::Test {
 protected:
  Result<CommandOutput> run(const std::string& script) { return runner_.run({script, {}, Milliseconds(60'000)}, {}); }

  test::Sshd sshd_;
  CuttableRelay relay_{sshd_.port()};
  test::OwnSshConfig config_{"Host gpu1\n  Port " + std::to_string(relay_.port()) + "\n  HostKeyAlias " +
                             sshd_.known_hosts_name() + "\n" + sshd_.host_block("gpu1")};
  SshRunner runner_{"gpu1", {}};
};

TEST_F(DeadPeerTest, IsNoticedWhileACommandWaitsAndTheNextOneDialsAgain) {
  ASSERT_TRUE(run("true"));
  relay_.cut();
  const auto start = std::chrono::steady_clock::now();
  const auto output = run("echo lost");
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, ErrorCode::server_unreachable);
  EXPECT_NE(output.error().cause.find("no sign of life"), std::string::npos) << output.error().cause;
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));  // of the 60 that the command had
  const auto next = run("echo back");
  ASSERT_TRUE(next) << to_text(next.error());
  EXPECT_EQ(next->out, "back\n");
}

TEST_F(DeadPeerTest, IsAskedForASignOfLifeAfterALongSilenceBeforeACommandIsTrustedToIt) {
  ASSERT_TRUE(run("true"));
  relay_.cut();
  std::this_thread::sleep_for(std::chrono::seconds(21));
  const auto output = run("echo done once");
  ASSERT_TRUE(output) << to_text(output.error());
  EXPECT_EQ(output->out, "done once\n");
}

}  // namespace
}  // namespace helper::ssh
