// The host key that a real sshd shows, without a login.
#include "ssh/host_keys.hpp"
#include "support/banner_server.hpp"
#include "support/sshd.hpp"

#include <gtest/gtest.h>

namespace helper::ssh {
namespace {

constexpr Milliseconds k_long{20'000};

TEST(ShownHostKey, IsTheServersOfEachType) {
  const test::Sshd sshd(test::Sshd::Settings{{}, {"ed25519", "ecdsa"}});
  EXPECT_EQ(shown_host_key(sshd.port(), "ssh-ed25519", k_long, {}).value(), sshd.host_public_key("ed25519"));
  EXPECT_EQ(shown_host_key(sshd.port(), "ecdsa-sha2-nistp256", k_long, {}).value(), sshd.host_public_key("ecdsa"));
}

TEST(ShownHostKey, OfATypeThatTheServerLacksIsAnError) {
  const test::Sshd sshd;
  EXPECT_FALSE(shown_host_key(sshd.port(), "ecdsa-sha2-nistp256", k_long, {}));
}

TEST(ShownHostKey, WhatOnlyGreetsLikeAnSshServerIsNone) {
  const test::BannerServer server("SSH-2.0-OpenSSH_9.2p1\r\n");
  EXPECT_FALSE(shown_host_key(server.port(), "ssh-ed25519", Milliseconds(500), {}));
  const test::BannerServer hangs_up("SSH-2.0-OpenSSH_9.2p1\r\n", true);
  EXPECT_FALSE(shown_host_key(hangs_up.port(), "ssh-ed25519", k_long, {}));
  EXPECT_FALSE(shown_host_key(test::free_port(), "ssh-ed25519", k_long, {}));
}

TEST(ShownHostKey, AStopEndsTheWait) {
  const test::BannerServer server("SSH-2.0-x\r\n");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(shown_host_key(server.port(), "ssh-ed25519", k_long, stop.get_token()).error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace helper::ssh
