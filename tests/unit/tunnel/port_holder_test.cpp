#include "tunnel/port_holder.hpp"

#include "support/sshd.hpp"
#include "support/tcp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

namespace helper::tunnel {
namespace {

using testing::MatchesRegex;

constexpr std::string_view k_table =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    "   0: 0100007F:08AE 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0000 100 0 0 10 "
    "0\n"
    "   1: 0100007F:08AE 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000 20 4 30 10 "
    "-1\n"
    "   2: 0100007F:08AE 0100007F:C351 06 00000000:00000000 03:00000F6C 00000000     0        0 0 3 0000\n"
    "   3: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000    33        0 4713 1 0000 100 0 0 10 "
    "0\n";

TEST(PortHolder, FindsTheSocketsOfAPort) {
  EXPECT_EQ(sockets_on_port(k_table, 2222), (std::vector<SocketRow>{{4711, 1000, true}, {4712, 0, false}}));
  EXPECT_EQ(sockets_on_port(k_table, 8080), (std::vector<SocketRow>{{4713, 33, true}}));
}

TEST(PortHolder, TheFarPortOfAConnectionDoesNotCount) { EXPECT_TRUE(sockets_on_port(k_table, 50000).empty()); }

TEST(PortHolder, ReadsTheLongAddressesOfIpv6) {
  EXPECT_EQ(
      sockets_on_port(
          " 0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 99 1\n",
          22),
      (std::vector<SocketRow>{{99, 0, true}}));
}

TEST(PortHolder, PassesOverLinesThatAreNoSockets) {
  EXPECT_TRUE(sockets_on_port("", 22).empty());
  EXPECT_TRUE(sockets_on_port("\n\n0: :\n0: a:b c d e f g h i j\n0: 0:0016 0:0 0A 0:0 0:0 0 x 0 y z", 22).empty());
}

TEST(PortHolder, NamesTheProcessThatListens) {
  const Fd listener = test::listen_anywhere();
  const auto holder = find_port_holder(test::port_of(listener.get()));
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->pid, ::getpid());
  EXPECT_EQ(holder->command, "unit_tunnel");
  EXPECT_EQ(holder->user, test::current_user());
}

TEST(PortHolder, NobodyHoldsAFreePort) { EXPECT_FALSE(find_port_holder(test::free_port())); }

TEST(PortHolder, TheErrorNamesTheProgramAndBothWaysOut) {
  const Error error = port_busy_error(2222, "ssh", PortHolder{4711, "python3", "ann"});
  EXPECT_THAT(to_text(error), MatchesRegex("local port 2222 \\(ssh\\) is held by python3 \\(pid 4711\\)\n"
                                           "  fix: set ssh.local_port to 2[0-9]+ in helper.json, or end that program: "
                                           "kill 4711"));
}

TEST(PortHolder, AnotherUsersProgramIsNotToBeKilled) {
  const Error error = port_busy_error(8888, "jupyter", PortHolder{0, "", "bob"});
  EXPECT_EQ(error.code, ErrorCode::port_busy);
  EXPECT_EQ(error.cause, "it is held by another user's program (user bob)");
  EXPECT_THAT(error.fix, MatchesRegex("set jupyter.local_port to [0-9]+ in helper.json"));
}

TEST(PortHolder, ADaemonOfAnotherHomeFolderIsNotToBeKilledEither) {
  const Error error = port_busy_error(2222, "ssh", PortHolder{4711, "helperd", "ann"});
  EXPECT_EQ(error.cause, "it is held by the helper of another home folder (helperd, pid 4711)");
  EXPECT_THAT(error.fix, MatchesRegex("set ssh.local_port to [0-9]+ in helper.json"));
}

TEST(PortHolder, HelperIsNotTheProgramToKill) {
  const Error error = port_busy_error(6006, "port 6006", PortHolder{::getpid(), "helperd", "ann"});
  EXPECT_EQ(error.cause, "it is held by helper itself, for another target");
  EXPECT_THAT(error.fix,
              MatchesRegex("give that entry of \"forwards\" in helper.json another local port, such as 60[0-9]+"));
}

}  // namespace
}  // namespace helper::tunnel
