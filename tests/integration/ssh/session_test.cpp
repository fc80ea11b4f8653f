#include "ssh/session.hpp"

#include "ssh/native.hpp"
#include "ssh/shell_channel.hpp"
#include "support/password_server.hpp"
#include "support/scripted_prompter.hpp"
#include "support/sshd.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace helper::ssh {
namespace {

using test::ScriptedPrompter;
using test::Sshd;

ConnectOptions options_with(std::shared_ptr<Prompter> prompter, std::shared_ptr<SecretCache> secrets = nullptr) {
  ConnectOptions options;
  options.prompter = std::move(prompter);
  options.secrets = std::move(secrets);
  return options;
}

// Connects and proves the session by running something on it.
void expect_works(const HostConfig& host, const ConnectOptions& options = {}) {
  auto session = Session::connect(host, options, {});
  ASSERT_TRUE(session) << to_text(session.error());
  SharedSession shared(std::move(*session));
  const auto shell = ShellChannel::open(shared, Limit(Milliseconds(10'000), {})).shell;
  ASSERT_TRUE(shell) << to_text(shell.error());
  const auto output = (*shell)->run({"echo hello", {}}, {}, {});
  ASSERT_TRUE(output) << to_text(output.error());
  EXPECT_EQ(output->out, "hello\n");
}

Error connect_error(const HostConfig& host, const ConnectOptions& options = {}) {
  const auto session = Session::connect(host, options, {});
  if (session) ADD_FAILURE() << "the connection was made";
  return session ? Error{} : session.error();
}

// A real ssh-agent.
class Agent {
 public:
  Agent() : child_({"ssh-agent", "-D", "-a", socket()}, "/dev/null") {
    for (int i = 0; i < 500 && !std::filesystem::exists(socket()); ++i) std::this_thread::sleep_for(Milliseconds(10));
  }
  [[nodiscard]] std::string socket() const { return (folder_.path() / "agent").string(); }
  void add(const std::string& key) { test::must_run({"env", "SSH_AUTH_SOCK=" + socket(), "ssh-add", "-q", key}); }

 private:
  test::TempFolder folder_;
  test::Child child_;
};

std::string make_key(const Sshd& sshd, const std::string& name, const std::string& passphrase = {}) {
  std::string file = sshd.file(name);
  test::must_run({"ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", name, "-f", file});
  return file;
}

void authorize(const Sshd& sshd, const std::string& key) {
  test::write_file(sshd.file("authorized_keys"), test::read_file(key + ".pub"));
}

// ---- login

TEST(Session, LogsInByAKeyFile) {
  const Sshd sshd;
  expect_works(sshd.host());
}

TEST(Session, TriesKeyFilesInOrderAndPassesOverThoseThatAreMissing) {
  const Sshd sshd;
  HostConfig host = sshd.host();
  host.identity_files = {sshd.file("missing"), make_key(sshd, "refused"), sshd.user_key()};
  expect_works(host);
}

TEST(Session, SaysWhatItTriedWhenTheServerRefusesEverything) {
  const Sshd sshd;
  HostConfig host = sshd.host();
  host.identity_files = {make_key(sshd, "refused")};
  const Error error = connect_error(host);
  EXPECT_EQ(error.code, ErrorCode::server_auth);
  EXPECT_NE(error.cause.find(host.identity_files[0] + " (refused)"), std::string::npos) << error.cause;
  EXPECT_NE(error.fix.find("ssh-copy-id"), std::string::npos) << error.fix;
}

TEST(Session, TellsHowToMakeAKeyWhenThereIsNone) {
  const Sshd sshd;
  HostConfig host = sshd.host();
  host.identity_files = {sshd.file("missing")};
  const Error error = connect_error(host);
  EXPECT_EQ(error.code, ErrorCode::server_auth);
  EXPECT_NE(error.fix.find("ssh-keygen"), std::string::npos) << error.fix;
}

TEST(Session, DoesNotUseAPrivateKeyThatOthersMayRead) {
  const Sshd sshd;
  ::chmod(sshd.user_key().c_str(), 0644);
  const Error error = connect_error(sshd.host());
  EXPECT_EQ(error.code, ErrorCode::server_auth);
  EXPECT_NE(error.cause.find("chmod 600"), std::string::npos) << error.cause;
}

TEST(Session, AsksForAPassphraseOnceAndRemembersIt) {
  const Sshd sshd;
  const std::string key = make_key(sshd, "locked", "open sesame");
  authorize(sshd, key);
  HostConfig host = sshd.host();
  host.identity_files = {key};
  const auto person = std::make_shared<ScriptedPrompter>(std::initializer_list<std::string>{"wrong", "open sesame"});
  const auto options = options_with(person, std::make_shared<SecretCache>());
  expect_works(host, options);
  EXPECT_EQ(person->asked().size(), 2u);
  expect_works(host, options);
  EXPECT_EQ(person->asked().size(), 2u);
  EXPECT_EQ(person->asked()[0].kind, Question::Kind::secret);
  EXPECT_NE(person->asked()[0].prompt.find(key), std::string::npos);
}

TEST(Session, DoesNotAskForThePassphraseOfAKeyThatTheServerRefuses) {
  const Sshd sshd;
  HostConfig host = sshd.host();
  host.identity_files = {make_key(sshd, "locked", "open sesame"), sshd.user_key()};
  const auto person = std::make_shared<ScriptedPrompter>();
  expect_works(host, options_with(person));
  EXPECT_TRUE(person->asked().empty());
}

TEST(Session, NamesTheKeyToUnlockWhenThereIsNobodyToAsk) {
  const Sshd sshd;
  const std::string key = make_key(sshd, "locked", "open sesame");
  authorize(sshd, key);
  HostConfig host = sshd.host();
  host.identity_files = {key};
  for (const auto& options : {ConnectOptions{}, options_with(std::make_shared<NobodyToAsk>())}) {
    const Error error = connect_error(host, options);
    EXPECT_EQ(error.code, ErrorCode::server_auth);
    EXPECT_EQ(error.fix, "unlock the key for your agent: ssh-add " + key);
  }
}

TEST(Session, UsesTheAgentForAKeyFileThatIsLocked) {
  const Sshd sshd;
  Agent agent;
  const std::string key = make_key(sshd, "key");
  agent.add(key);
  test::must_run({"ssh-keygen", "-q", "-p", "-N", "open sesame", "-f", key});
  authorize(sshd, key);
  HostConfig host = sshd.host();
  host.identity_agent.clear();
  host.identity_files = {key};
  ConnectOptions options;
  options.agent_socket = agent.socket();
  expect_works(host, options);
}

TEST(Session, UsesAgentKeysThatNoFileNamesUnlessIdentitiesOnly) {
  const Sshd sshd;
  Agent agent;
  for (const auto* name : {"first", "second", "third"}) agent.add(make_key(sshd, name));
  authorize(sshd, sshd.file("third"));
  HostConfig host = sshd.host();
  host.identity_files = {sshd.file("missing")};
  host.identity_agent = agent.socket();
  host.identities_only = false;
  expect_works(host);
  host.identities_only = true;
  EXPECT_EQ(connect_error(host).code, ErrorCode::server_auth);
}

TEST(Session, TriesTheAgentKeyThatIsNamedBeforeTheServerBreaksOff) {
  const Sshd sshd({.more = "MaxAuthTries 2\n"});
  Agent agent;
  for (const auto* name : {"a", "b", "c", "d"}) agent.add(make_key(sshd, name));
  authorize(sshd, sshd.file("d"));
  std::filesystem::remove(sshd.file("d"));  // d.pub stays and names the agent's key
  HostConfig host = sshd.host();
  host.identity_files = {sshd.file("d")};
  host.identity_agent = agent.socket();
  host.identities_only = false;
  expect_works(host);
  host.identity_files.clear();
  const Error error = connect_error(host);
  EXPECT_EQ(error.code, ErrorCode::server_auth);
  EXPECT_NE(error.fix.find("IdentitiesOnly"), std::string::npos) << to_text(error);
}

TEST(Session, GoesOnToOtherAgentKeysWhenTheNamedOneIsRefused) {
  const Sshd sshd;
  Agent agent;
  for (const auto* name : {"named", "other"}) agent.add(make_key(sshd, name));
  authorize(sshd, sshd.file("other"));
  std::filesystem::remove(sshd.file("named"));
  HostConfig host = sshd.host();
  host.identity_files = {sshd.file("named")};
  host.identity_agent = agent.socket();
  host.identities_only = false;
  expect_works(host);
}

TEST(Session, GoesOnWithoutAnAgentThatDoesNotAnswer) {
  const Sshd sshd;
  HostConfig host = sshd.host();
  host.identity_agent = sshd.file("no-agent-here");
  expect_works(host);
}

TEST(Session, AsksForAPasswordAndKeepsItForTheNextTime) {
  for (const auto way : {test::PasswordServer::Way::password, test::PasswordServer::Way::keyboard_interactive}) {
    const test::PasswordServer server(way, "secret");
    const auto person = std::make_shared<ScriptedPrompter>(std::initializer_list<std::string>{"mistyped", "secret"});
    const auto options = options_with(person, std::make_shared<SecretCache>());
    for (int i = 0; i < 2; ++i) {
      const auto session = Session::connect(server.host(), options, {});
      ASSERT_TRUE(session) << to_text(session.error());
    }
    EXPECT_EQ(person->asked().size(), 2u);
    EXPECT_EQ(server.attempts(), 3);
  }
}

TEST(Session, ForgetsAKeptPasswordThatIsWrongAndAsksAgain) {
  const test::PasswordServer server(test::PasswordServer::Way::password, "new");
  const auto secrets = std::make_shared<SecretCache>();
  const std::string name = "password of someone@127.0.0.1:" + std::to_string(server.host().port);
  secrets->keep(name, "old");
  const auto person = std::make_shared<ScriptedPrompter>(std::initializer_list<std::string>{"new"});
  const auto session = Session::connect(server.host(), options_with(person, secrets), {});
  ASSERT_TRUE(session) << to_text(session.error());
  EXPECT_EQ(secrets->find(name), "new");
}

TEST(Session, StopsAskingForAPasswordAfterThreeMistakes) {
  const test::PasswordServer server(test::PasswordServer::Way::password, "secret");
  const auto person = std::make_shared<ScriptedPrompter>(std::initializer_list<std::string>{"a", "b", "c", "d", "e"});
  const Error error = connect_error(server.host(), options_with(person));
  EXPECT_EQ(error.code, ErrorCode::server_auth);
  EXPECT_EQ(person->asked().size(), 3u);
}

// ---- host keys

TEST(Session, AsksAboutAnUnknownHostKeyAndKeepsItOnceAndForAll) {
  const Sshd sshd;
  HostConfig host = sshd.host();
  const std::string file = sshd.file("new/known_hosts");
  host.user_known_hosts = {file};
  const auto person = std::make_shared<ScriptedPrompter>(std::initializer_list<std::string>{"yes"});
  expect_works(host, options_with(person));
  ASSERT_EQ(person->asked().size(), 1u);
  EXPECT_EQ(person->asked()[0].kind, Question::Kind::confirm);
  ASSERT_EQ(person->asked()[0].details.size(), 2u);
  EXPECT_NE(person->asked()[0].details[1].find("fingerprint SHA256:"), std::string::npos);
  EXPECT_EQ(test::read_file(file), sshd.known_hosts_name() + " " + sshd.host_public_key() + "\n");
  EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0600));
  expect_works(host);
}

TEST(Session, RefusesAnUnknownHostKeyThatNobodyConfirms) {
  const Sshd sshd;
  HostConfig host = sshd.host();
  host.user_known_hosts = {sshd.file("none-yet")};
  for (const auto& options :
       {ConnectOptions{}, options_with(std::make_shared<ScriptedPrompter>(std::initializer_list<std::string>{"no"}))}) {
    const Error error = connect_error(host, options);
    EXPECT_EQ(error.code, ErrorCode::server_host_key);
    EXPECT_NE(error.cause.find("SHA256:"), std::string::npos) << error.cause;
    EXPECT_NE(error.fix.find("ssh test-server"), std::string::npos) << error.fix;
  }
  EXPECT_FALSE(std::filesystem::exists(sshd.file("none-yet")));
}

TEST(Session, AcceptsANewKeyUnaskedWhenTheConfigurationSaysSo) {
  for (const auto* strict : {"accept-new", "no"}) {
    const Sshd sshd;
    HostConfig host = sshd.host();
    host.user_known_hosts = {sshd.file("fresh")};
    host.strict_host_key_checking = strict;
    expect_works(host);
    EXPECT_EQ(test::read_file(sshd.file("fresh")), sshd.known_hosts_name() + " " + sshd.host_public_key() + "\n");
  }
}

TEST(Session, RefusesAChangedHostKeyWhateverTheConfigurationSays) {
  const Sshd sshd;
  const Sshd other;
  test::write_file(sshd.known_hosts(),
                   "# a comment\n" + sshd.known_hosts_name() + " " + other.host_public_key() + "\n");
  for (const auto* strict : {"ask", "yes", "accept-new", "no"}) {
    HostConfig host = sshd.host();
    host.strict_host_key_checking = strict;
    const Error error = connect_error(
        host, options_with(std::make_shared<ScriptedPrompter>(std::initializer_list<std::string>{"yes"})));
    EXPECT_EQ(error.code, ErrorCode::server_host_key);
    EXPECT_NE(error.cause.find(sshd.known_hosts() + ":2"), std::string::npos) << error.cause;
    EXPECT_NE(error.fix.find("ssh-keygen -f " + sshd.known_hosts() + " -R '" + sshd.known_hosts_name() + "'"),
              std::string::npos)
        << error.fix;
  }
}

TEST(Session, RefusesARevokedHostKey) {
  const Sshd sshd;
  test::write_file(sshd.known_hosts(),
                   test::read_file(sshd.known_hosts()) + "@revoked * " + sshd.host_public_key() + "\n");
  const Error error = connect_error(sshd.host());
  EXPECT_EQ(error.code, ErrorCode::server_host_key);
  EXPECT_NE(error.cause.find("@revoked"), std::string::npos) << error.cause;
}

TEST(Session, AsksTheServerForTheTypeOfKeyThatIsKnown) {
  const Sshd sshd({.more = {}, .host_key_types = {"ed25519", "ecdsa", "rsa"}});
  for (const auto* type : {"ed25519", "ecdsa", "rsa"}) {
    test::write_file(sshd.known_hosts(), sshd.known_hosts_name() + " " + sshd.host_public_key(type) + "\n");
    expect_works(sshd.host());
  }
}

TEST(Session, NeverTakesAKeyOfAnotherTypeUnasked) {
  const Sshd sshd({.more = {}, .host_key_types = {"ecdsa"}});
  const Sshd other;
  test::write_file(sshd.known_hosts(), sshd.known_hosts_name() + " " + other.host_public_key() + "\n");
  HostConfig host = sshd.host();
  host.strict_host_key_checking = "accept-new";
  EXPECT_EQ(connect_error(host).code, ErrorCode::server_host_key);
}

TEST(Session, ReadsHashedNamesAndAliases) {
  const Sshd sshd;
  test::must_run({"ssh-keygen", "-q", "-H", "-f", sshd.known_hosts()});
  ASSERT_TRUE(test::read_file(sshd.known_hosts()).starts_with("|1|"));
  expect_works(sshd.host());
  HostConfig host = sshd.host();
  host.host_key_alias = "the-alias";
  EXPECT_EQ(connect_error(host).code, ErrorCode::server_host_key);
  test::write_file(sshd.known_hosts(), "the-alias " + sshd.host_public_key() + "\n");
  expect_works(host);
}

// ---- ways to the server

TEST(Session, GoesThroughJumpHosts) {
  const Sshd first;
  const Sshd second;
  const Sshd target;
  HostConfig host = target.host();
  host.jumps = {first.host(), second.host()};
  expect_works(host);
  EXPECT_NE(second.log().find("Accepted publickey"), std::string::npos);
}

TEST(Session, CarriesMegabytesThroughAJumpHost) {
  const Sshd hop;
  const Sshd target;
  HostConfig host = target.host();
  host.jumps = {hop.host()};
  auto session = Session::connect(host, {}, {});
  ASSERT_TRUE(session) << to_text(session.error());
  SharedSession shared(std::move(*session));
  const auto shell = ShellChannel::open(shared, Limit(Milliseconds(10'000), {})).shell;
  ASSERT_TRUE(shell) << to_text(shell.error());
  const std::string text(3u << 20, 'x');
  const auto output = (*shell)->run({"cat", text, Milliseconds(60'000)}, {}, {});
  ASSERT_TRUE(output) << to_text(output.error());
  EXPECT_TRUE(output->out == text);
}

TEST(Session, NamesTheHopThatFails) {
  const Sshd hop;
  HostConfig host = hop.host();
  HostConfig jump = hop.host();
  jump.alias = "the-hop";
  jump.identity_files.clear();
  host.jumps = {jump};
  const Error refused = connect_error(host);
  EXPECT_EQ(refused.code, ErrorCode::server_auth);
  EXPECT_EQ(refused.thing, "the-hop");
  host.jumps = {hop.host()};
  host.alias = "behind";
  host.port = test::free_port();
  const Error unreachable = connect_error(host);
  EXPECT_EQ(unreachable.code, ErrorCode::server_unreachable);
  EXPECT_EQ(unreachable.thing, "behind");
  EXPECT_NE(unreachable.cause.find("test-server"), std::string::npos) << unreachable.cause;
}

TEST(Session, GoesThroughAProxyCommandAndEndsIt) {
  const Sshd sshd;
  HostConfig host = sshd.host();
  const std::string pid_file = sshd.file("pid");
  host.proxy_command = "sh -c 'echo $$ > " + pid_file + "; exec ssh -F none -i " + sshd.user_key() +
                       " -o UserKnownHostsFile=" + sshd.known_hosts() + " -p " + std::to_string(sshd.port()) +
                       " -W 127.0.0.1:" + std::to_string(sshd.port()) + " " + host.user + "@127.0.0.1'";
  expect_works(host);
  const pid_t pid = std::stoi(test::read_file(pid_file));
  EXPECT_NE(::kill(pid, 0), 0);
}

TEST(Session, SaysThatAProxyCommandEnded) {
  const Sshd sshd;
  HostConfig host = sshd.host();
  host.proxy_command = "false";
  EXPECT_EQ(connect_error(host).code, ErrorCode::server_unreachable);
}

TEST(Session, TellsWhatAProxyCommandSaidLast) {
  const Sshd sshd;
  HostConfig host = sshd.host();
  host.proxy_command = "sh -c 'echo looking it up >&2; echo bastion: Permission denied >&2; exit 1'";
  const Error error = connect_error(host);
  EXPECT_EQ(error.code, ErrorCode::server_unreachable);
  EXPECT_NE(error.cause.find("its ProxyCommand said: bastion: Permission denied"), std::string::npos) << error.cause;
}

TEST(Session, SaysThatNothingListens) {
  const Sshd sshd;
  HostConfig host = sshd.host();
  host.port = test::free_port();
  const Error error = connect_error(host);
  EXPECT_EQ(error.code, ErrorCode::server_unreachable);
  EXPECT_NE(error.cause.find("refused"), std::string::npos) << error.cause;
}

TEST(Session, SaysThatANameDoesNotResolve) {
  const Sshd sshd;
  HostConfig host = sshd.host();
  host.hostname = "no-such-host.invalid";
  const Error error = connect_error(host);
  EXPECT_EQ(error.code, ErrorCode::server_unreachable);
  EXPECT_NE(error.cause.find("no-such-host.invalid"), std::string::npos) << error.cause;
}

// Takes connections and says nothing.
class SilentServer {
 public:
  SilentServer() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(fd_.get(), 8) != 0 ||
        ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) {
      throw std::runtime_error("no listener");
    }
    port_ = ntohs(address.sin_port);
  }
  [[nodiscard]] HostConfig host() const {
    HostConfig host;
    host.alias = "silent";
    host.hostname = "127.0.0.1";
    host.port = port_;
    host.user = "someone";
    return host;
  }

 private:
  Fd fd_;
  std::uint16_t port_ = 0;
};

TEST(Session, GivesUpOnAServerThatSaysNothing) {
  const SilentServer server;
  ConnectOptions options;
  options.connect_timeout = Milliseconds(200);
  const Error error = connect_error(server.host(), options);
  EXPECT_EQ(error.code, ErrorCode::server_unreachable);
  EXPECT_NE(error.cause.find("in time"), std::string::npos) << error.cause;
}

TEST(Session, CanBeCancelledWhileAServerSaysNothing) {
  const SilentServer server;
  ConnectOptions options;
  options.connect_timeout = Milliseconds(120'000);
  std::stop_source source;
  const std::jthread canceller([&] {
    std::this_thread::sleep_for(Milliseconds(100));
    source.request_stop();
  });
  const auto session = Session::connect(server.host(), options, source.get_token());
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace helper::ssh
