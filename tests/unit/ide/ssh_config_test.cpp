#include "ide/ssh_config.hpp"

#include "base/process/process.hpp"
#include "support/golden.hpp"
#include "unit/ide/sample.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <unistd.h>

namespace helper::ide {
namespace {

// What `ssh -G` makes of a command line: keyword -> value.
std::map<std::string, std::string> resolved(std::vector<std::string> argv) {
  argv.insert(argv.begin() + 1, "-G");
  const auto output = run_process({.argv = std::move(argv), .stdin_text = "", .environment = {}}, {});
  if (!output || output->exit_status != 0) {
    ADD_FAILURE() << (output ? output->err : to_text(output.error()));
    return {};
  }
  std::map<std::string, std::string> options;
  std::istringstream lines(output->out);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t space = line.find(' ');
    options[line.substr(0, space)] = space == std::string::npos ? "" : line.substr(space + 1);
  }
  return options;
}

std::map<std::string, std::string> resolved_block(const Access& access, const std::string& host,
                                                  const std::vector<std::string>& proxy = {}) {
  const auto block = ssh_config_block(access, proxy);
  if (!block) {
    ADD_FAILURE() << to_text(block.error());
    return {};
  }
  const std::string file = testing::TempDir() + "helper_ssh_config_" + std::to_string(::getpid());
  std::ofstream(file) << *block;
  auto options = resolved({"ssh", "-F", file, host});
  std::filesystem::remove(file);
  return options;
}

void expect_the_sample(std::map<std::string, std::string> options, const Access& i) {
  EXPECT_EQ(options["hostname"], "127.0.0.1");
  EXPECT_EQ(options["port"], "2222");
  EXPECT_EQ(options["user"], "root");
  EXPECT_EQ(options["identitiesonly"], "yes");
  EXPECT_EQ(options["hostkeyalias"], "helper-centernet");
  EXPECT_EQ(options["stricthostkeychecking"], "true");
  EXPECT_EQ(options["userknownhostsfile"], i.known_hosts);
}

TEST(SshConfigBlock, NamesTheCommandThatIsTheConnection) {
  const auto options = resolved_block(test::sample(), "centernet",
                                      {"/usr/bin/helper", "connect", "--config", "/home/a b/100%h/it's.json"});
  expect_the_sample(options, test::sample());
  EXPECT_EQ(options.at("proxycommand"), R"(/usr/bin/helper connect --config '/home/a b/100%%h/it'\''s.json')");
  EXPECT_FALSE(ssh_config_block(test::sample(), {"helper", "a\nPermitLocalCommand yes"}));
}

TEST(SshConfigBlock, IsTheExpectedText) {
  const auto block = ssh_config_block(test::sample());
  ASSERT_TRUE(block);
  EXPECT_TRUE(helper::test::matches_file("tests/golden/ssh_config.txt", *block));
}

TEST(SshConfigBlock, OpenSshReadsItUnderBothNames) {
  for (const std::string host : {"centernet", "helper-centernet"}) {
    auto options = resolved_block(test::sample(), host);
    expect_the_sample(options, test::sample());
    EXPECT_EQ(options["identityfile"], test::sample().key_file);
    EXPECT_EQ(options["serveraliveinterval"], "30");
  }
}

TEST(SshConfigBlock, OpenSshReadsPathsWithSpacesQuotesAndSigns) {
  for (const std::string folder :
       {"/home/me my", "/home/a\"b", "/home/a\\b", "/home/it's", "/home/#1", "/home/a=b,c", "/home/$HOME"}) {
    Access i = test::sample();
    i.key_file = folder + "/id";
    i.known_hosts = folder + "/known hosts";
    auto options = resolved_block(i, "centernet");
    expect_the_sample(options, i);
    EXPECT_EQ(options["identityfile"], i.key_file);
  }
}

// ssh -G prints IdentityFile before it expands tokens, and so shows the doubled sign; the file that ssh opens is shown
// by -v.
TEST(SshConfigBlock, OpenSshOpensTheKeyOfAPathWithAPercentSign) {
  Access i = test::sample();
  i.key_file = testing::TempDir() + "100%h key";
  const std::string file = testing::TempDir() + "helper_ssh_percent_" + std::to_string(::getpid());
  std::ofstream(file) << ssh_config_block(i).value_or("");
  const auto output =
      run_process({.argv = {"ssh", "-v", "-F", file, "-oBatchMode=yes", "-oProxyCommand=true", "centernet", "true"},
                   .stdin_text = "",
                   .environment = {}},
                  {});
  ASSERT_TRUE(output);
  EXPECT_NE(output->err.find("identity file " + i.key_file), std::string::npos) << output->err;
  std::filesystem::remove(file);
}

TEST(SshConfigPath, RefusesWhatNoSyntaxCanHold) {
  for (const std::string bad : {"", "/a\nProxyCommand x", "/a\x7f", "/${HOME}/x"}) {
    const auto path = ssh_config_path(bad);
    ASSERT_FALSE(path) << bad;
    EXPECT_EQ(path.error().code, ErrorCode::file_failed);
    EXPECT_EQ(path.error().thing.find('\n'), std::string::npos);
    Access i = test::sample();
    i.key_file = bad;
    EXPECT_FALSE(ssh_config_block(i));
    EXPECT_FALSE(ssh_argv(i));
  }
}

TEST(SshArgv, OpenSshReadsTheSameFromTheCommandLine) {
  Access i = test::sample();
  i.known_hosts = "/home/me my/known_hosts";
  auto argv = ssh_argv(i);
  ASSERT_TRUE(argv);
  argv->insert(argv->begin() + 1, {"-F", "none"});
  auto options = resolved(*argv);
  expect_the_sample(options, i);
  EXPECT_EQ(options["identityfile"], i.key_file);
}

// What people set for all hosts, in ways that would end or change a connection to 127.0.0.1.
constexpr const char* k_for_all_hosts = R"(
Host *
    ProxyJump jump1
    ProxyCommand nc jump1 22
    ProxyUseFdpass yes
    HostName elsewhere
    HostKeyAlias another
    Port 22
    User somebody
    IdentitiesOnly no
    UserKnownHostsFile /dev/null
    StrictHostKeyChecking no
    KnownHostsCommand /bin/false
    RevokedHostKeys /no/such/file
    UpdateHostKeys yes
    AddressFamily inet6
    BindAddress 192.0.2.1
    CanonicalizeHostname always
    ControlMaster auto
    ControlPath /tmp/one-for-all
    PubkeyAuthentication no
    PreferredAuthentications password
    PKCS11Provider /no/such/library.so
    Ciphers aes256-cbc
    MACs hmac-sha1
    KexAlgorithms diffie-hellman-group14-sha1
    HostKeyAlgorithms rsa-sha2-512
    PubkeyAcceptedAlgorithms rsa-sha2-512
    RemoteCommand tmux
    RequestTTY force
    SessionType none
    StdinNull yes
    ForkAfterAuthentication yes
    PermitLocalCommand yes
    LocalCommand echo hello
    Tunnel point-to-point
    ExitOnForwardFailure yes
    BindInterface no-such-interface
    ConnectTimeout 1
    ConnectionAttempts 1000
    ClearAllForwardings yes
    ServerAliveInterval 1
    ServerAliveCountMax 0
    VerifyHostKeyDNS yes
)";

std::string config_file_of(const std::string& text) {
  std::string file = testing::TempDir() + "helper_ssh_all_" + std::to_string(::getpid());
  std::ofstream(file) << text;
  return file;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// The keyword of a block's line, in lower case; "" of none.
std::string keyword_of(const std::string& line) {
  const std::size_t begin = line.find_first_not_of(' ');
  if (begin == std::string::npos || line[begin] == '#') return {};
  return lower(line.substr(begin, line.find(' ', begin) - begin));
}

// What has no effect when the rest is off, or none on the way.
void drop_what_may_differ(std::map<std::string, std::string>& options) {
  for (const auto* keyword : {"localcommand", "ignoreunknown", "host", "clearallforwardings", "exitonforwardfailure",
                              "serveraliveinterval", "bindinterface"})  // BindAddress comes before BindInterface
    options.erase(keyword);
}

TEST(SshConfigBlock, IsNotChangedByWhatIsSetForAllHosts) {
  const std::string block = ssh_config_block(test::sample()).value_or("");
  const std::string alone = config_file_of(block);
  auto expected = resolved({"ssh", "-F", alone, "centernet"});
  const std::string both = config_file_of(block + k_for_all_hosts);
  auto options = resolved({"ssh", "-F", both, "centernet"});
  EXPECT_EQ(options["exitonforwardfailure"], "no");
  EXPECT_EQ(options["clearallforwardings"], "no");
  drop_what_may_differ(expected);
  drop_what_may_differ(options);
  EXPECT_EQ(options, expected);
  EXPECT_EQ(options.count("proxyjump") + options.count("proxycommand") + options.count("controlpath"), 0u);
  std::filesystem::remove(both);
}

// Every keyword that OpenSSH knows is either in the block, or named here as one that `Host *` may set.
TEST(SshConfigBlock, DecidesAboutEveryKeywordOfOpenSsh) {
  const std::set<std::string> without_effect{
      "host",                              // no setting
      "canonicaldomains",                  // CanonicalizeHostname is off
      "canonicalizefallbacklocal",         //
      "canonicalizemaxdots",               //
      "canonicalizepermittedcnames",       //
      "casignaturealgorithms",             // of certificates of host keys, and ours have none
      "checkhostip",                       // not with a HostKeyAlias
      "nohostauthenticationforlocalhost",  // neither
      "controlpersist",                    // ControlMaster is off
      "enablesshkeysign",                  // only host based authentication has to do with it
      "hostbasedauthentication",           // only a public key is offered
      "hostbasedacceptedalgorithms",       //
      "gssapiauthentication",              //
      "gssapidelegatecredentials",         //
      "gssapikexalgorithms",               //
      "gssapirenewalforcesrekey",          //
      "gssapitrustdns",                    //
      "kbdinteractiveauthentication",      //
      "passwordauthentication",            //
      "hashknownhosts",                    // nothing is added to known_hosts
      "globalknownhostsfile",              // it adds keys under other names
      "bindinterface",                     // BindAddress comes first
      "localcommand",                      // PermitLocalCommand is off
      "tunneldevice",                      // Tunnel is off
  };
  // Younger than other ssh that people have: it would refuse the file for every other host.
  const std::set<std::string> too_young{"channeltimeout", "gssapikeyexchange", "requiredrsasize"};
  const std::set<std::string> choices_of_the_person{
      "addkeystoagent",
      "batchmode",
      "certificatefile",
      "compression",
      "dynamicforward",
      "enableescapecommandline",
      "escapechar",
      "fingerprinthash",
      "forwardagent",
      "forwardx11",
      "forwardx11timeout",
      "forwardx11trusted",
      "gatewayports",
      "identityagent",
      "ipqos",
      "localforward",
      "loglevel",
      "logverbose",
      "logfile",
      "numberofpasswordprompts",
      "obscurekeystroketiming",
      "permitremoteopen",
      "rekeylimit",
      "remoteforward",
      "securitykeyprovider",
      "sendenv",
      "setenv",
      "streamlocalbindmask",
      "streamlocalbindunlink",
      "syslogfacility",
      "tag",
      "tcpkeepalive",
      "versionaddendum",
      "visualhostkey",
      "warnweakcrypto",
      "xauthlocation",
  };
  std::set<std::string> in_block{"pubkeyacceptedalgorithms"};  // under its older name
  std::istringstream block(ssh_config_block(test::sample()).value_or(""));
  for (std::string line; std::getline(block, line);) {
    if (const std::string keyword = keyword_of(line); keyword != "host") in_block.insert(keyword);
  }
  for (const auto& each : resolved({"ssh", "-F", "none", "centernet"})) {
    const std::string keyword = lower(each.first);
    EXPECT_EQ(in_block.count(keyword) + without_effect.count(keyword) + choices_of_the_person.count(keyword) +
                  too_young.count(keyword),
              1u)
        << keyword << ": may `Host *` set it?";
  }
}

// In a block of another host IgnoreUnknown does not count: what this ssh does not know it would refuse for every host.
TEST(SshConfigBlock, LeavesOtherHostsAsTheyAre) {
  const std::string file = config_file_of(ssh_config_block(test::sample()).value_or(""));
  EXPECT_EQ(resolved({"ssh", "-F", file, "other"}), resolved({"ssh", "-F", "none", "other"}));
  std::filesystem::remove(file);
}

TEST(SshConfigBlock, HasForAnOlderSshNoKeywordThatItWouldRefuse) {
  const std::string block =
      ssh_config_block(test::sample(), {}, HostNames::both, Keywords::of_before).value_or("KnownHostsCommand");
  const auto ask = ask_keywords_argv();
  int young = 0;
  for (const std::string& word : ask) {
    if (!word.starts_with("-o")) continue;
    ++young;
    EXPECT_EQ(block.find("    " + word.substr(2, word.find('=') - 2) + " "), std::string::npos) << word;
  }
  EXPECT_EQ(young, 4);
  const auto known = run_process({ask, {}, {}, Milliseconds(5'000)}, {});
  ASSERT_TRUE(known);
  EXPECT_EQ(known->exit_status, 0) << known->err;
}

// The lists of algorithms are OpenSSH's own, and nothing is other than without any settings but what the block names.
TEST(SshConfigBlock, ChangesNoDefaultOfOpenSsh) {
  const std::string file = config_file_of("Host other\n" + ssh_config_block(test::sample()).value_or(""));
  auto plain = resolved({"ssh", "-F", "none", "centernet"});
  const auto options = resolved({"ssh", "-F", file, "centernet"});
  for (const auto* list : {"ciphers", "macs", "kexalgorithms", "hostkeyalgorithms", "pubkeyacceptedalgorithms",
                           "addressfamily", "controlmaster", "requesttty", "sessiontype", "stdinnull", "tunnel"})
    EXPECT_EQ(options.at(list), plain[list]) << list;
  std::filesystem::remove(file);
}

TEST(SshConfigBlock, LetsThePersonForwardAPortAndKeepTheirOwnIgnoreUnknown) {
  const std::string file =
      config_file_of(ssh_config_block(test::sample()).value_or("") +
                     "Host *\n    IgnoreUnknown UseKeychain\n    UseKeychain yes\n    ForwardAgent yes\n");
  const auto options = resolved({"ssh", "-F", file, "-L", "9000:localhost:9000", "centernet"});
  EXPECT_EQ(options.count("localforward"), 1u);
  EXPECT_EQ(options.at("clearallforwardings"), "no");
  EXPECT_EQ(options.at("forwardagent"), "yes");
  std::filesystem::remove(file);
}

TEST(SshRunArgv, IsNotChangedByWhatIsSetForAllHosts) {
  auto argv = ssh_run_argv(test::sample());
  ASSERT_TRUE(argv);
  argv->insert(argv->begin() + 1, {"-F", "none"});
  auto expected = resolved(*argv);
  const std::string file = config_file_of(std::string(k_for_all_hosts) +
                                          "    LocalForward 9000 localhost:9000\n    RequiredRSASize 16384\n");
  argv->at(2) = file;
  auto options = resolved(*argv);
  EXPECT_EQ(options.at("clearallforwardings"), "yes");
  drop_what_may_differ(expected);
  drop_what_may_differ(options);
  options.erase("localforward");
  EXPECT_EQ(options, expected);
  std::filesystem::remove(file);
}

TEST(SshArgv, IsNotChangedByWhatIsOftenSetForAllHosts) {
  auto argv = ssh_argv(test::sample());
  ASSERT_TRUE(argv);
  const std::string file = config_file_of(
      "Host *\n    ProxyJump jump1\n    ControlPath /tmp/one-for-all\n    RemoteCommand tmux\n"
      "    IgnoreUnknown UseKeychain\n    UseKeychain yes\n");
  argv->insert(argv->begin() + 1, {"-F", file});
  argv->insert(argv->end() - 1, "-N");  // as a person types it, to forward a port
  const auto options = resolved(*argv);
  EXPECT_EQ(options.count("proxyjump") + options.count("controlpath") + options.count("remotecommand"), 0u);
  EXPECT_EQ(options.count("hostname"), 1u) << "ssh took all of it";
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace helper::ide
