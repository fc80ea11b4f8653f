// What OpenSSH's configuration may ask for besides keys and known hosts, with real servers: certificates of users and
// of hosts, KnownHostsCommand, RevokedHostKeys, ProxyUseFdpass, tokens in ProxyJump.
#include "ssh/control.hpp"
#include "ssh/native.hpp"
#include "ssh/session.hpp"
#include "ssh/shell_channel.hpp"
#include "support/scripted_prompter.hpp"
#include "support/sshd.hpp"

#include <gtest/gtest.h>

namespace helper::ssh {
namespace {

using test::OwnSshConfig;
using test::ScriptedPrompter;
using test::Sshd;

void expect_works(const Result<HostConfig>& host, const ConnectOptions& options = {}) {
  ASSERT_TRUE(host) << to_text(host.error());
  auto session = Session::connect(*host, options, {});
  ASSERT_TRUE(session) << to_text(session.error());
  SharedSession shared(std::move(*session));
  const auto shell = ShellChannel::open(shared, Limit(Milliseconds(10'000), {})).shell;
  ASSERT_TRUE(shell) << to_text(shell.error());
  const auto output = (*shell)->run({"echo hello", {}}, {}, {});
  ASSERT_TRUE(output) << to_text(output.error());
  EXPECT_EQ(output->out, "hello\n");
}

bool is_checked_by_openssh(const Result<HostConfig>& host) {
  const auto control = std::make_shared<Control>(host->alias);
  EXPECT_FALSE(control->is_checked_by_openssh());
  const auto done = SshRunner(control, {}).run({"true", {}}, {});
  EXPECT_TRUE(done) << to_text(done.error());
  return control->is_checked_by_openssh();
}

Error connect_error(const Result<HostConfig>& host, const ConnectOptions& options = {}) {
  if (!host) return host.error();
  const auto session = Session::connect(*host, options, {});
  if (session) ADD_FAILURE() << "the connection was made";
  return session ? Error{} : session.error();
}

Result<HostConfig> resolved(const std::string& alias) { return resolve_host(alias, {}); }

std::string make_key(const std::string& file, const std::string& type, const std::string& passphrase = {}) {
  test::must_run({"ssh-keygen", "-q", "-t", type, "-N", passphrase, "-C", "key", "-f", file});
  return file;
}

class Authority {
 public:
  Authority() { make_key(key(), "ed25519"); }
  [[nodiscard]] std::string file(const std::string& name) const { return (folder_.path() / name).string(); }
  [[nodiscard]] std::string key() const { return file("ca"); }
  // "ssh-ed25519 AAAA..."
  [[nodiscard]] std::string public_key() const {
    const std::string line = test::read_file(key() + ".pub");
    return line.substr(0, line.find(' ', line.find(' ') + 1));
  }
  void sign_user(const std::string& key_file, const std::string& principal, const std::string& validity) const {
    test::must_run(
        {"ssh-keygen", "-q", "-s", key(), "-I", "person", "-n", principal, "-V", validity, key_file + ".pub"});
  }
  void sign_host(const std::string& key_file, const std::string& principal) const {
    test::must_run({"ssh-keygen", "-q", "-s", key(), "-I", "host", "-h", "-n", principal, key_file + ".pub"});
  }

 private:
  test::TempFolder folder_;
};

// ---- certificates of people

struct Certified {
  Authority authority;
  Sshd sshd{{.more = "TrustedUserCAKeys " + authority.key() + ".pub\n"}};
  Certified() { test::write_file(sshd.file("authorized_keys"), ""); }
  [[nodiscard]] HostConfig host(const std::string& key) const {
    HostConfig host = sshd.host();
    host.identity_files = {key};
    return host;
  }
};

TEST(UserCertificate, BesideTheKeyLogsIn) {
  const Certified here;
  for (const auto* type : {"ed25519", "ecdsa", "rsa"}) {
    const std::string key = make_key(here.sshd.file(std::string("certified_") + type), type);
    EXPECT_EQ(connect_error(here.host(key)).code, ErrorCode::server_auth);
    here.authority.sign_user(key, test::current_user(), "always:forever");
    expect_works(here.host(key));
  }
}

TEST(UserCertificate, OfCertificateFileLogsInWithItsKey) {
  const Certified here;
  const std::string key = make_key(here.sshd.file("certified"), "ed25519");
  here.authority.sign_user(key, test::current_user(), "always:forever");
  std::filesystem::rename(key + "-cert.pub", here.sshd.file("elsewhere.pub"));
  EXPECT_EQ(connect_error(here.host(key)).code, ErrorCode::server_auth);
  const OwnSshConfig config(here.sshd.host_block("box") + "  IdentityFile " + key + "\n  CertificateFile " +
                            here.sshd.file("elsewhere.pub") + "\n");
  expect_works(resolved("box"));
}

TEST(UserCertificate, OfAKeyThatIsLockedAsksForThePassphraseOnce) {
  const Certified here;
  const std::string key = make_key(here.sshd.file("locked"), "ed25519", "open sesame");
  here.authority.sign_user(key, test::current_user(), "always:forever");
  ConnectOptions options;
  const auto person = std::make_shared<ScriptedPrompter>(std::initializer_list<std::string>{"open sesame"});
  options.prompter = person;
  expect_works(here.host(key), options);
  EXPECT_EQ(person->asked().size(), 1u);
}

TEST(UserCertificate, IsSignedForByAnAgentThatHoldsTheKeyAlone) {
  const Certified here;
  const std::string key = make_key(here.sshd.file("held"), "ed25519");
  const std::string socket = here.sshd.file("agent");
  const test::Child agent({"ssh-agent", "-D", "-a", socket}, "/dev/null");
  for (int i = 0; i < 500 && !std::filesystem::exists(socket); ++i) std::this_thread::sleep_for(Milliseconds(10));
  test::must_run({"env", "SSH_AUTH_SOCK=" + socket, "ssh-add", "-q", key});
  here.authority.sign_user(key, test::current_user(), "always:forever");
  std::filesystem::remove(key);
  HostConfig host = here.host(key);
  host.identity_agent = socket;
  for (const bool only : {true, false}) {
    host.identities_only = only;
    expect_works(host);
  }
  std::filesystem::remove(key + ".pub");
  expect_works(host);
  host.identity_files.clear();
  host.certificate_files = {key + "-cert.pub"};
  expect_works(host);
}

TEST(UserCertificate, ThatCannotBeAcceptedIsNamed) {
  const Certified here;
  const std::string key = make_key(here.sshd.file("certified"), "ed25519");
  here.authority.sign_user(key, test::current_user(), "20200101:20200102");
  const Error expired = connect_error(here.host(key));
  EXPECT_EQ(expired.code, ErrorCode::server_auth);
  EXPECT_NE(expired.cause.find("Certificate " + key + "-cert.pub: it expired on 2020-01-0"), std::string::npos)
      << expired.cause;
  EXPECT_NE(expired.fix.find("ssh-keygen -L -f " + key + "-cert.pub"), std::string::npos) << expired.fix;
  here.authority.sign_user(key, "somebody", "always:forever");
  const Error foreign = connect_error(here.host(key));
  EXPECT_NE(foreign.cause.find("it is for somebody, and not for "), std::string::npos) << foreign.cause;
  // An expired one does not keep the key itself from working.
  here.authority.sign_user(key, test::current_user(), "20200101:20200102");
  test::write_file(here.sshd.file("authorized_keys"), test::read_file(key + ".pub"));
  expect_works(here.host(key));
}

TEST(UserCertificate, OfALockedKeyThatTheServerDoesNotWantAsksForNothing) {
  const Certified here;
  const Authority other;
  const std::string key = make_key(here.sshd.file("locked"), "ed25519", "open sesame");
  other.sign_user(key, test::current_user(), "always:forever");
  test::write_file(here.sshd.file("authorized_keys"), test::read_file(here.sshd.user_key() + ".pub"));
  HostConfig host = here.host(key);
  host.identity_files.push_back(here.sshd.user_key());
  ConnectOptions options;
  const auto person = std::make_shared<ScriptedPrompter>();
  options.prompter = person;
  expect_works(host, options);
  EXPECT_TRUE(person->asked().empty());
}

// ---- certificates of hosts

// A server with a host certificate for box.lab, and its Host block `box`.
struct CertifiedServer {
  Authority authority;
  Sshd sshd;
  explicit CertifiedServer(const std::string& type = "ed25519", const std::string& principal = "box.lab")
      : sshd({.more = "HostCertificate " + authority.file("host-cert.pub") + "\n", .host_key_types = {type, "ecdsa"}}) {
    authority.sign_host(sshd.file("host_" + type), principal);
    std::filesystem::copy_file(sshd.file("host_" + type + "-cert.pub"), authority.file("host-cert.pub"));
    sshd.stop_listening();
    sshd.start();
    test::write_file(sshd.known_hosts(), trusted());
  }
  [[nodiscard]] std::string trusted() const { return "@cert-authority *.lab " + authority.public_key() + "\n"; }
  [[nodiscard]] std::string block(const std::string& more = {}) const {
    return sshd.host_block("box") + "  HostKeyAlias box.lab\n" + more;
  }
};

TEST(HostCertificate, OfAKnownAuthorityIsAccepted) {
  for (const auto* type : {"ed25519", "rsa"}) {
    const CertifiedServer server(type);
    const OwnSshConfig config(server.block());
    expect_works(resolved("box"));
    EXPECT_EQ(test::read_file(server.sshd.known_hosts()), server.trusted()) << "nothing is written down";
    EXPECT_TRUE(is_checked_by_openssh(resolved("box")));
    // Where a known key is enough, nothing else is asked.
    std::string keys;
    for (const std::string each : {type, "ecdsa"})
      keys += "box.lab " + test::read_file(server.sshd.file("host_" + each + ".pub"));
    test::write_file(server.sshd.known_hosts(), keys);
    EXPECT_FALSE(is_checked_by_openssh(resolved("box")));
  }
}

TEST(HostCertificate, IsAcceptedThoughAnOldKeyIsOnFile) {
  const CertifiedServer server;
  const Sshd other;
  test::write_file(server.sshd.known_hosts(), "box.lab " + other.host_public_key() + "\n" + server.trusted());
  const OwnSshConfig config(server.block());
  expect_works(resolved("box"));
}

TEST(HostCertificate, OfAnAuthorityThatNobodyKnowsIsNoReasonToTrust) {
  const CertifiedServer server;
  const Authority other;
  test::write_file(server.sshd.known_hosts(), "@cert-authority *.lab " + other.public_key() + "\n");
  const OwnSshConfig config(server.block());
  const Error error = connect_error(resolved("box"));
  EXPECT_EQ(error.code, ErrorCode::server_host_key);
  EXPECT_NE(error.cause.find("is not known"), std::string::npos) << error.cause;
  ConnectOptions options;
  const auto person = std::make_shared<ScriptedPrompter>(std::initializer_list<std::string>{"yes"});
  options.prompter = person;
  expect_works(resolved("box"), options);
  ASSERT_EQ(person->asked().size(), 1u);
}

// To OpenSSH, too, the server's key is then one that nobody knows.
TEST(HostCertificate, ForAnotherNameIsNoReasonToTrust) {
  const CertifiedServer server("ed25519", "other.lab");
  const OwnSshConfig config(server.block());
  const Error error = connect_error(resolved("box"));
  EXPECT_EQ(error.code, ErrorCode::server_host_key);
  EXPECT_NE(error.cause.find("Certificate invalid: "), std::string::npos) << error.cause;
}

TEST(HostCertificate, OfARevokedAuthorityIsRefusedWithTheLine) {
  const CertifiedServer server;
  test::write_file(server.sshd.known_hosts(), server.trusted() + "@revoked * " + server.authority.public_key() + "\n");
  const OwnSshConfig config(server.block("  StrictHostKeyChecking no\n"));
  const Error error = connect_error(resolved("box"));
  EXPECT_EQ(error.code, ErrorCode::server_host_key);
  EXPECT_NE(error.cause.find("marked @revoked in " + server.sshd.known_hosts() + ":2"), std::string::npos)
      << error.cause;
}

TEST(HostCertificate, IsCheckedBehindAJumpHost) {
  const CertifiedServer server;
  const Sshd hop;
  const std::string jump = hop.host_block("hop");
  const OwnSshConfig config(server.block("  ProxyJump hop\n") + jump);
  expect_works(resolved("box"));
  // The jump host's own key, which is known, says nothing of the server behind it.
  test::write_file(server.sshd.known_hosts(), "@cert-authority *.lab " + hop.host_public_key() + "\n");
  EXPECT_EQ(connect_error(resolved("box")).code, ErrorCode::server_host_key);
}

// ---- other judges of host keys

TEST(KnownHostsCommand, SaysWhichKeyIsRight) {
  const Sshd sshd;
  const std::string key = sshd.host_public_key();
  test::write_file(sshd.known_hosts(), "");
  {
    const OwnSshConfig config(sshd.host_block("box") + "  KnownHostsCommand /bin/sh -c \"echo '%H' " + key + "\"\n");
    expect_works(resolved("box"));
  }
  const Sshd other;
  const OwnSshConfig config(sshd.host_block("box") + "  KnownHostsCommand /bin/sh -c \"echo '%H' " +
                            other.host_public_key() + "\"\n");
  const Error error = connect_error(resolved("box"));
  EXPECT_EQ(error.code, ErrorCode::server_host_key);
  EXPECT_NE(error.cause.find("has changed"), std::string::npos) << error.cause;
}

TEST(KnownHostsCommand, ThatKnowsNothingLeavesTheQuestion) {
  const Sshd sshd;
  test::write_file(sshd.known_hosts(), "");
  // It asks the agent, as ssh of its own would, so that this is no sign of an accepted key.
  const OwnSshConfig config(sshd.host_block("box") +
                            "  KnownHostsCommand /bin/sh -c \"ssh-add -l >&2 </dev/null; true\"\n");
  const Error error = connect_error(resolved("box"));
  EXPECT_EQ(error.code, ErrorCode::server_host_key);
  EXPECT_NE(error.cause.find("is not known"), std::string::npos) << error.cause;
}

TEST(RevokedHostKeys, RefusesAKnownKeyThatIsListed) {
  const Sshd sshd;
  const Sshd other;
  const OwnSshConfig config(sshd.host_block("box") + "  RevokedHostKeys " + sshd.file("revoked") + "\n");
  test::write_file(sshd.file("revoked"), other.host_public_key() + "\n");
  expect_works(resolved("box"));
  test::write_file(sshd.file("revoked"), sshd.host_public_key() + "\n");
  const Error error = connect_error(resolved("box"));
  EXPECT_EQ(error.code, ErrorCode::server_host_key);
  EXPECT_NE(error.cause.find("revoked by file " + sshd.file("revoked")), std::string::npos) << error.cause;
}

// ---- ways

TEST(ProxyUseFdpass, TakesTheSocketThatTheCommandConnected) {
  const Sshd sshd;
  test::write_file(sshd.file("pass.py"),
                   "import array, socket, sys\n"
                   "to = socket.create_connection((sys.argv[1], int(sys.argv[2])))\n"
                   "socket.socket(fileno=1).sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, "
                   "array.array('i', [to.fileno()]))])\n");
  const OwnSshConfig config(sshd.host_block("box") + "  ProxyUseFdpass yes\n  ProxyCommand python3 " +
                            sshd.file("pass.py") + " %h %p\n" + sshd.host_block("none") +
                            "  ProxyUseFdpass yes\n  ProxyCommand sh -c 'echo no way there >&2'\n");
  expect_works(resolved("box"));
  const Error error = connect_error(resolved("none"));
  EXPECT_EQ(error.code, ErrorCode::server_unreachable);
  EXPECT_NE(error.cause.find("ProxyUseFdpass has it; it said: no way there"), std::string::npos) << error.cause;
}

TEST(ProxyJump, HasTheTokensOfItsDestination) {
  const Sshd hop;
  const Sshd target;
  const OwnSshConfig config(target.host_block("box") + "  ProxyJump %r@hop-%n\n" + hop.host_block("hop-box"));
  const auto host = resolved("box");
  ASSERT_TRUE(host) << to_text(host.error());
  ASSERT_EQ(host->jumps.size(), 1u);
  EXPECT_EQ(host->jumps[0].alias, test::current_user() + "@hop-box");
  expect_works(host);
}

TEST(Alias, MayHaveSlashesAndColons) {
  const Sshd sshd;
  const OwnSshConfig config(sshd.host_block("work/gpu1") + sshd.host_block("lab:gpu1"));
  expect_works(resolved("work/gpu1"));
  expect_works(resolved("lab:gpu1"));
}

}  // namespace
}  // namespace helper::ssh
