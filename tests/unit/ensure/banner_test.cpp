#include "ensure/banner.hpp"

#include "support/banner_server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace helper::ensure {
namespace {

using helper::test::BannerServer;

constexpr Milliseconds k_long{30'000};

TEST(SshAnswers, WhenTheBannerOfAnSshServerComesHoweverSlowly) {
  const BannerServer server("SSH-2.0-OpenSSH_9.2p1\r\n");
  EXPECT_TRUE(ssh_answers(server.port(), k_long, {}));
  const BannerServer short_one("SSH-");
  EXPECT_TRUE(ssh_answers(short_one.port(), k_long, {}));
}

TEST(SshAnswers, NotWhenAnotherServerAnswers) {
  const BannerServer server("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_FALSE(ssh_answers(server.port(), k_long, {}));
  const BannerServer nearly("SSh-2.0-x\r\n");
  EXPECT_FALSE(ssh_answers(nearly.port(), k_long, {}));
}

TEST(SshAnswers, NotWhenTheConnectionEndsFirst) {
  const BannerServer server("SSH", true);
  EXPECT_FALSE(ssh_answers(server.port(), k_long, {}));
  const BannerServer mute("", true);
  EXPECT_FALSE(ssh_answers(mute.port(), k_long, {}));
}

TEST(SshAnswers, NotWhenNobodyListens) {
  std::uint16_t port = 0;
  {
    const BannerServer gone("SSH-2.0-x\r\n");
    port = gone.port();
  }
  EXPECT_FALSE(ssh_answers(port, k_long, {}));
}

TEST(SshAnswers, NotWhenTheServerStaysSilentForTheWholeLimit) {
  const BannerServer server("");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(ssh_answers(server.port(), Milliseconds(200), {}));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, Milliseconds(199));
}

TEST(SshAnswers, GivesUpAtOnceWhenItIsStopped) {
  const BannerServer server("SS");
  std::stop_source stop;
  const std::jthread stopper([&] {
    while (server.connections() == 0) std::this_thread::yield();
    stop.request_stop();
  });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(ssh_answers(server.port(), k_long, stop.get_token()));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, k_long / 2);
}

TEST(SshAnswers, NotWhenItWasStoppedBefore) {
  const BannerServer server("SSH-2.0-x\r\n");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(ssh_answers(server.port(), k_long, stop.get_token()));
}

}  // namespace
}  // namespace helper::ensure
