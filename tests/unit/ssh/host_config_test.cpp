#include "ssh/host_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace helper::ssh {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// As OpenSSH 9.2 prints it, without the lines that nobody here reads.
constexpr const char* k_gpu1 =
    "host gpu1\n"
    "user alice\n"
    "hostname 10.0.0.5\n"
    "port 2200\n"
    "addressfamily any\n"
    "batchmode no\n"
    "identitiesonly yes\n"
    "stricthostkeychecking accept-new\n"
    "hostkeyalias al\n"
    "identityagent /home/alice/agent.sock\n"
    "identityfile ~/.ssh/id_%h\n"
    "identityfile /tmp/with space/key\n"
    "canonicaldomains none\n"
    "globalknownhostsfile /etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2\n"
    "userknownhostsfile /home/alice/.ssh/kh /tmp/a b/known\n"
    "connecttimeout none\n"
    "proxyjump bob@jump:2222,[fe80::1]:22\n";

TEST(ParseSshG, TakesWhatTheHelperNeeds) {
  const auto parsed = parse_ssh_g("gpu1", k_gpu1);
  ASSERT_TRUE(parsed) << to_text(parsed.error());
  HostConfig expected;
  expected.alias = "gpu1";
  expected.hostname = "10.0.0.5";
  expected.port = 2200;
  expected.user = "alice";
  expected.identity_files = {"~/.ssh/id_%h", "/tmp/with space/key"};
  expected.identity_agent = "/home/alice/agent.sock";
  expected.identities_only = true;
  expected.host_key_alias = "al";
  expected.user_known_hosts = {"/home/alice/.ssh/kh", "/tmp/a b/known"};
  expected.global_known_hosts = {"/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"};
  expected.strict_host_key_checking = "accept-new";
  EXPECT_EQ(parsed->host, expected);
  EXPECT_THAT(parsed->jump_destinations, ElementsAre("bob@jump:2222", "[fe80::1]:22"));
}

TEST(ParseSshG, KnowsTheWordsForNothing) {
  const auto parsed =
      parse_ssh_g("pc",
                  "user x\nhostname pc\nport 22\nidentityagent SSH_AUTH_SOCK\nidentityfile none\nproxycommand none\n"
                  "proxyjump none\nuserknownhostsfile none\n");
  ASSERT_TRUE(parsed) << to_text(parsed.error());
  EXPECT_EQ(parsed->host.identity_agent, "");
  EXPECT_THAT(parsed->host.identity_files, IsEmpty());
  EXPECT_EQ(parsed->host.proxy_command, "");
  EXPECT_THAT(parsed->host.user_known_hosts, ElementsAre("none"));
  EXPECT_THAT(parsed->jump_destinations, IsEmpty());
}

TEST(ParseSshG, RefusesTextThatNamesNoHost) {
  for (const auto* text : {"", "\n\n", "hostname\nuser\n", "user x\nhostname y\nport 0\n",
                           "user x\nhostname y\nport 99999\n", "hostname y\n"}) {
    EXPECT_FALSE(parse_ssh_g("gpu1", text)) << text;
  }
}

LocalFacts facts() {
  return {"/home/alice", "alice", "1000", "laptop.example.org",
          [](const std::string& name) -> std::optional<std::string> {
            if (name == "KEYS") return "/keys";
            return std::nullopt;
          }};
}

HostConfig host() {
  HostConfig host;
  host.alias = "bob@gpu1:2200";
  host.hostname = "10.0.0.5";
  host.port = 2200;
  host.user = "bob";
  return host;
}

TEST(ExpandTokens, PutsInWhatOpenSshLeavesAsItStands) {
  HostConfig given = host();
  given.identity_files = {"~/.ssh/id_%h", "%d/%u/%i/%l/%L", "${KEYS}/%n_%p_%r_%k", "100%%", "~other/key", "/plain"};
  ASSERT_TRUE(expand_tokens(given, facts()));
  EXPECT_THAT(given.identity_files,
              ElementsAre("/home/alice/.ssh/id_10.0.0.5", "/home/alice/alice/1000/laptop.example.org/laptop",
                          "/keys/gpu1_2200_bob_gpu1", "100%", "~other/key", "/plain"));
}

TEST(ExpandTokens, LeavesOutFilesThatCannotBeNamed) {
  HostConfig given = host();
  given.identity_files = {"/key_%Z", "${UNSET}/key", "${KEYS", "/ends_in_%", "/good"};
  given.user_known_hosts = {"~/.ssh/known_hosts", "%Z"};
  ASSERT_TRUE(expand_tokens(given, facts()));
  EXPECT_THAT(given.identity_files, ElementsAre("/good"));
  EXPECT_THAT(given.user_known_hosts, ElementsAre("/home/alice/.ssh/known_hosts"));
}

TEST(ExpandJump, KnowsTheTokensThatSshKnowsThere) {
  EXPECT_EQ(expand_jump("%r@jump-%h:%p", host(), facts()).value(), "bob@jump-10.0.0.5:2200");
  EXPECT_EQ(expand_jump("%n%%x", host(), facts()).value(), "gpu1%x");
  EXPECT_EQ(expand_jump("jump", host(), facts()).value(), "jump");
  const auto refused = expand_jump("%d@jump", host(), facts());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::server_unreachable);
  EXPECT_NE(refused.error().cause.find("ProxyJump"), std::string::npos);
}

TEST(ParseSshG, TakesWhatIsNotOfEveryHost) {
  const std::string begin = "user x\nhostname y\n";
  const auto host = [&](const std::string& lines) { return parse_ssh_g("y", begin + lines).value().host; };
  EXPECT_THAT(host("certificatefile ~/a-cert.pub\ncertificatefile ~/b\n").certificate_files,
              ElementsAre("~/a-cert.pub", "~/b"));
  EXPECT_TRUE(host("proxyusefdpass yes\n").proxy_passes_socket);
  EXPECT_FALSE(host("proxyusefdpass no\n").proxy_passes_socket);
  EXPECT_TRUE(host("knownhostscommand /bin/x %H\n").asks_for_host_keys);
  EXPECT_TRUE(host("verifyhostkeydns true\n").asks_for_host_keys);
  EXPECT_FALSE(host("verifyhostkeydns false\nknownhostscommand none\n").asks_for_host_keys);
  EXPECT_TRUE(host("revokedhostkeys /etc/ssh/krl\n").revokes_host_keys);
  EXPECT_FALSE(host("revokedhostkeys none\n").revokes_host_keys);
}

TEST(ExpandTokens, FindsTheAgent) {
  const auto agent = [](const std::string& text) {
    HostConfig given = host();
    given.identity_agent = text;
    EXPECT_TRUE(expand_tokens(given, facts()));
    return given.identity_agent;
  };
  EXPECT_EQ(agent(""), "");
  EXPECT_EQ(agent("none"), "none");
  EXPECT_EQ(agent("~/agent"), "/home/alice/agent");
  EXPECT_EQ(agent("$KEYS"), "/keys");
  EXPECT_EQ(agent("${KEYS}/agent"), "/keys/agent");
  EXPECT_EQ(agent("$UNSET"), "none");
}

TEST(ExpandTokens, FillsInAProxyCommandAndRefusesOneThatItCannot) {
  HostConfig given = host();
  given.proxy_command = "nc -x %r %h %p %n %% $HOME";
  ASSERT_TRUE(expand_tokens(given, facts()));
  EXPECT_EQ(given.proxy_command, "nc -x bob 10.0.0.5 2200 gpu1 % $HOME");
  given.proxy_command = "nc %d";
  const auto refused = expand_tokens(given, facts());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::server_unreachable);
}

TEST(ParseDestination, TakesAliasesUsersPortsAndAddresses) {
  const auto is = [](const std::string& text, const Destination& expected) {
    const auto parsed = parse_destination(text);
    ASSERT_TRUE(parsed) << to_text(parsed.error());
    EXPECT_EQ(*parsed, expected) << text;
  };
  is("gpu1", {"gpu1", "", {}});
  is("root@gpu1", {"gpu1", "root", {}});
  is("root@gpu1:2200", {"gpu1", "root", 2200});
  is("a@b@gpu1", {"gpu1", "a@b", {}});
  is("[fe80::1%eth0]:22", {"fe80::1%eth0", "", 22});
  is("[::1]", {"::1", "", {}});
  is("::1", {"::1", "", {}});
  is("work/gpu1", {"work/gpu1", "", {}});
  is("lab:gpu1", {"lab:gpu1", "", {}});
  is("lab:rack:gpu1", {"lab:rack:gpu1", "", {}});
  is("LAB\\me@gpu1:22", {"gpu1", "LAB\\me", 22});
}

TEST(ParseDestination, RefusesWhatCouldBeAnOptionOrShellText) {
  for (const std::string text : {"",         "-oProxyCommand=id",
                                 "root@-v",  "-l@gpu1",
                                 "gpu1;id",  "gpu1 id",
                                 "$(id)",    "`id`",
                                 "gpu1\n",   "gpu1\x7f",
                                 "'gpu1",    "@gpu1",
                                 "root@",    "gpu1:",
                                 "gpu1:0",   "gpu1:70000",
                                 "gpu1:22x", "[::1",
                                 "[::1]x",   "[]:22",
                                 "a|b",      "a&b",
                                 "a\\b",     "me\\@gpu1"}) {
    const auto parsed = parse_destination(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::server_unreachable);
  }
  EXPECT_FALSE(parse_destination(std::string("gpu\0x", 5)));
  EXPECT_FALSE(parse_destination(std::string(2000, 'a')));
}

TEST(SshByHand, IsACommandThatCanBePasted) {
  EXPECT_EQ(ssh_by_hand("gpu1"), "ssh gpu1");
  EXPECT_EQ(ssh_by_hand("root@gpu1:2200", {"-v"}, "true"), "ssh -v -p 2200 root@gpu1 true");
  EXPECT_EQ(ssh_by_hand("gpu1", {}, "echo $HOME"), "ssh gpu1 'echo $HOME'");
}

}  // namespace
}  // namespace helper::ssh
