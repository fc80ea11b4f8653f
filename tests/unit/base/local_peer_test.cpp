#include "base/local_peer.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/tcp.h>

namespace helper {
namespace {

constexpr uid_t k_me = 1000;
const PeerPolicy k_only_me{k_me, false, false};

PeerAddresses addresses(const char* peer, std::uint16_t peer_port, const char* here, std::uint16_t here_port) {
  PeerAddresses both;
  both.peer.sin_family = both.here.sin_family = AF_INET;
  both.peer.sin_port = htons(peer_port);
  both.here.sin_port = htons(here_port);
  ::inet_pton(AF_INET, peer, &both.peer.sin_addr);
  ::inet_pton(AF_INET, here, &both.here.sin_addr);
  return both;
}

TEST(LocalPeer, APersonsOwnConnectionIsTaken) {
  EXPECT_TRUE(may_connect(k_only_me, LocalPeer{k_me, 4711, TCP_ESTABLISHED}));
}

TEST(LocalPeer, AClientThatHasSaidAllAndWaitsForTheAnswerIsTaken) {
  EXPECT_TRUE(may_connect(k_only_me, LocalPeer{k_me, 4711, TCP_FIN_WAIT1}));
  EXPECT_TRUE(may_connect(k_only_me, LocalPeer{k_me, 4711, TCP_FIN_WAIT2}));
}

TEST(LocalPeer, AnotherUserIsRefusedAndRootIsAnotherUser) {
  EXPECT_FALSE(may_connect(k_only_me, LocalPeer{1001, 4711, TCP_ESTABLISHED}));
  EXPECT_FALSE(may_connect(k_only_me, LocalPeer{0, 4711, TCP_ESTABLISHED}));
  EXPECT_FALSE(may_connect(PeerPolicy{0, false, false}, LocalPeer{k_me, 4711, TCP_ESTABLISHED}));
}

TEST(LocalPeer, WhatIsNotFoundNotOpenOrHeldByNoProcessIsRefused) {
  EXPECT_FALSE(may_connect(k_only_me, std::nullopt));
  EXPECT_FALSE(may_connect(k_only_me, LocalPeer{k_me, 0, TCP_ESTABLISHED}));
  EXPECT_FALSE(may_connect(k_only_me, LocalPeer{k_me, 0, TCP_FIN_WAIT2}));
  for (std::uint8_t state = 0; state < 20; ++state) {
    if (state == TCP_ESTABLISHED || state == TCP_FIN_WAIT1 || state == TCP_FIN_WAIT2) continue;
    EXPECT_FALSE(may_connect(k_only_me, LocalPeer{k_me, 4711, state})) << int{state};
  }
}

TEST(LocalPeer, TheOptionLetsEverybodyIn) {
  const PeerPolicy everybody{k_me, true, false};
  EXPECT_TRUE(may_connect(everybody, LocalPeer{1001, 4711, TCP_ESTABLISHED}));
  EXPECT_TRUE(may_connect(everybody, std::nullopt));
}

TEST(LocalPeer, UnderWslTheRelayOfWindowsIsTakenAndAnotherUserIsNot) {
  const PeerPolicy wsl{k_me, false, true};
  EXPECT_TRUE(may_connect(wsl, LocalPeer{0, 4711, TCP_ESTABLISHED}));
  EXPECT_TRUE(may_connect(wsl, std::nullopt));
  EXPECT_FALSE(may_connect(wsl, LocalPeer{1001, 4711, TCP_ESTABLISHED}));
  EXPECT_FALSE(may_connect(wsl, LocalPeer{0, 0, TCP_ESTABLISHED}));
}

TEST(LocalPeer, WslIsKnownByItsKernel) {
  EXPECT_TRUE(is_wsl("5.15.153.1-microsoft-standard-WSL2\n"));
  EXPECT_TRUE(is_wsl("4.4.0-19041-Microsoft"));
  EXPECT_FALSE(is_wsl("6.1.0-28-amd64\n"));
  EXPECT_FALSE(is_wsl(""));
}

TEST(LocalPeer, ItsRowIsFoundInTheTableOfIpv4) {
  constexpr std::string_view k_table =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
      "   0: 0100007F:08AE 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0 100 0 0 10 "
      "0\n"
      "   1: 0100007F:08AE 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1 0 20 4 30 10 "
      "-1\n"
      "   2: 0100007F:C350 0100007F:08AE 01 00000000:00000000 00:00000000 00000000  1001        0 4713 1 0 20 4 30 10 "
      "-1\n";
  EXPECT_EQ(peer_in_table(k_table, addresses("127.0.0.1", 50000, "127.0.0.1", 2222)),
            (LocalPeer{1001, 4713, TCP_ESTABLISHED}));
  EXPECT_EQ(peer_in_table(k_table, addresses("127.0.0.1", 50001, "127.0.0.1", 2222)), std::nullopt);
  EXPECT_EQ(peer_in_table(k_table, addresses("127.0.0.2", 50000, "127.0.0.1", 2222)), std::nullopt);
}

TEST(LocalPeer, ItsRowIsFoundInTheTableOfIpv6WhereItIsMapped) {
  constexpr std::string_view k_table =
      "   0: 0000000000000000FFFF00000100007F:C350 0000000000000000FFFF00000100007F:08AE 01 0:0 00:0 0  1001 0 4713 1\n"
      "   1: 00000000000000000000000001000000:C351 00000000000000000000000001000000:08AE 01 0:0 00:0 0  1001 0 4714 "
      "1\n";
  EXPECT_EQ(peer_in_table(k_table, addresses("127.0.0.1", 50000, "127.0.0.1", 2222)),
            (LocalPeer{1001, 4713, TCP_ESTABLISHED}));
  EXPECT_EQ(peer_in_table(k_table, addresses("127.0.0.1", 50001, "127.0.0.1", 2222)), std::nullopt);
}

TEST(LocalPeer, LinesThatAreNoSocketsArePassedOver) {
  const auto any = addresses("127.0.0.1", 50000, "127.0.0.1", 2222);
  EXPECT_EQ(peer_in_table("", any), std::nullopt);
  EXPECT_EQ(peer_in_table("\n\n0: :\n0: a:b c d e f g h i j\n0: 0100007F:C350 0100007F:08AE zz 0 0 0 x 0 y", any),
            std::nullopt);
}

}  // namespace
}  // namespace helper
