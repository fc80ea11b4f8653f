#include "ssh/openssh_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace helper::ssh {
namespace {

using testing::Contains;
using testing::IsSupersetOf;
using testing::Not;
using Verdict = HostKeyCheck::Verdict;

// As OpenSSH 9.2 prints it, without the lines that nobody here reads.
const std::string k_begin = "OpenSSH_9.2p1, OpenSSL 3.0.19\ndebug1: Connection established.\n";
const std::string k_key = "debug1: Server host key: ssh-ed25519 SHA256:KEY\n";
const std::string k_certificate =
    "debug1: Server host certificate: ssh-ed25519-cert-v01@openssh.com SHA256:KEY, serial 0 ID \"host1\" CA "
    "ssh-ed25519 "
    "SHA256:CA valid forever\n";

TEST(ReadHostKeyCheck, AcceptsTheKeyOfACertificate) {
  const auto check = read_host_key_check(k_begin + k_certificate + "debug1: Found CA key in known_hosts:1\n", true);
  EXPECT_EQ(check, (HostKeyCheck{Verdict::accepted, "ssh-ed25519", "SHA256:KEY", "SHA256:CA", ""}));
}

TEST(ReadHostKeyCheck, AcceptsAPlainKey) {
  const auto check = read_host_key_check(k_begin + k_key, true);
  EXPECT_EQ(check, (HostKeyCheck{Verdict::accepted, "ssh-ed25519", "SHA256:KEY", "", ""}));
}

TEST(ReadHostKeyCheck, TellsAnUnknownKeyFromARefusedOne) {
  const auto unknown = read_host_key_check(
      k_begin + k_key + "No ED25519 host key is known for gpu1 and you have requested strict checking.\r\n" +
          "Host key verification failed.\r\n",
      false);
  EXPECT_EQ(unknown.verdict, Verdict::unknown);
  EXPECT_EQ(unknown.words, "No ED25519 host key is known for gpu1 and you have requested strict checking.");
  const auto refused = read_host_key_check(
      k_begin + k_key + "Host key ED25519 SHA256:KEY revoked by file /etc/krl\nHost key verification failed.\n", false);
  EXPECT_EQ(refused.verdict, Verdict::refused);
  EXPECT_EQ(refused.words, "Host key ED25519 SHA256:KEY revoked by file /etc/krl");
}

TEST(ReadHostKeyCheck, DecidesNothingWithoutAKey) {
  const auto check = read_host_key_check(k_begin + "Connection closed by UNKNOWN port 65535\n", false);
  EXPECT_EQ(check.verdict, Verdict::undecided);
  EXPECT_EQ(check.words, "Connection closed by UNKNOWN port 65535");
  EXPECT_EQ(read_host_key_check("", true).verdict, Verdict::undecided);
}

// A server may put lines into the log: in a message before the keys, or in the name of a certificate that it made up.
TEST(ReadHostKeyCheck, RefusesALogThatNamesTwoKeys) {
  const std::string fake = "debug1: Remote: x\ndebug1: Server host key: ssh-ed25519 SHA256:EVIL\n";
  for (const bool passed : {true, false}) {
    EXPECT_EQ(read_host_key_check(k_begin + fake + k_certificate, passed).verdict, Verdict::refused);
    EXPECT_EQ(read_host_key_check(k_begin + k_certificate + fake, passed).verdict, Verdict::refused);
  }
}

TEST(HostKeyCheckArgv, ConnectsAsTheConfigurationSaysAndNeverAsks) {
  HostConfig host;
  host.alias = "root@gpu1:2200";
  host.proxy_command = "nc gpu1 22";
  auto argv = host_key_check_argv(host, "/tmp/a%b/agent", "/run/agent");
  EXPECT_THAT(argv, IsSupersetOf({"SSH_AUTH_SOCK=/run/agent", "-oStrictHostKeyChecking=yes", "-oBatchMode=yes",
                                  "-oIdentityAgent=/tmp/a%%b/agent", "-p", "2200", "-l", "root", "--", "gpu1"}));
  EXPECT_THAT(argv, Not(Contains("-oProxyCommand=none")));
  host.proxy_command.clear();
  EXPECT_THAT(host_key_check_argv(host, "/a", ""), Contains("-oProxyCommand=none"));
  host.jumps.resize(2);
  host.jumps[0].alias = "me@one:22";
  host.jumps[1].alias = "two";
  EXPECT_THAT(host_key_check_argv(host, "/a", ""), Contains("-oProxyJump=me@one:22,two"));
}

TEST(NeedsOpenssh, OnlyWhereMoreThanKnownKeysCounts) {
  HostConfig host;
  EXPECT_FALSE(needs_openssh(host, KnownHosts({{"file", 1, false, "ssh-rsa", "RSA"}}, {})));
  EXPECT_TRUE(needs_openssh(host, KnownHosts({}, {{"file", 1, false, "ssh-rsa", "CA", true}})));
  host.asks_for_host_keys = true;
  EXPECT_TRUE(needs_openssh(host, {}));
  host.asks_for_host_keys = false;
  host.revokes_host_keys = true;
  EXPECT_TRUE(needs_openssh(host, {}));
}

}  // namespace
}  // namespace helper::ssh
