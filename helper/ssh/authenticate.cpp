#include "ssh/authenticate.hpp"

#include "base/digest.hpp"
#include "base/log.hpp"
#include "base/shell.hpp"
#include "base/text.hpp"
#include "ssh/agent.hpp"
#include "ssh/certificate.hpp"
#include "ssh/identity.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace helper::ssh {
namespace {

constexpr int k_prompts = 3;      // as OpenSSH's NumberOfPasswordPrompts
constexpr int k_max_rounds = 16;  // of keyboard-interactive: a server may go on asking for ever
constexpr Milliseconds k_agent_limit{3'000};

struct Secret {
  std::string text;
  bool was_kept = false;
  Secret(std::string what, bool kept) : text(std::move(what)), was_kept(kept) {}
  Secret(Secret&&) = default;
  Secret& operator=(Secret&&) = delete;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { explicit_bzero(text.data(), text.size()); }
};

// One login under way: `done` ends it, `on` means that another way must be tried.
enum class Outcome { done, on };

class Login {
 public:
  Login(const HostConfig& host, const ConnectOptions& options, const Wire& wire, const std::stop_token& stop)
      : host_(host), options_(options), wire_(wire), stop_(stop) {}

  Result<void> run();

 private:
  using Way = Result<Outcome> (Login::*)();
  Result<Outcome> keys();
  Result<Outcome> key_file(const Identity& identity);
  Result<Outcome> encrypted_file(const Identity& identity);
  using Certificates = std::vector<const Certificate*>;
  Result<Outcome> probe(const std::string& what, ssh_key key);
  Result<Outcome> offer(const Identity& identity, const Certificates& wanted, const char* passphrase);
  Result<Outcome> agent(const std::vector<AgentKey>& keys);
  [[nodiscard]] std::vector<const Certificate*> certificates_of(const std::string& plain, const Identity* identity);
  [[nodiscard]] std::vector<AgentKey> with_certificates(const AgentKey& key,
                                                        const std::vector<const Certificate*>& certificates);
  void take_from_agent(const Identity& identity, std::vector<AgentKey>& held, std::vector<AgentKey>& named);
  Result<Outcome> ask_what_is_offered();
  Result<Outcome> keyboard_interactive();
  Result<int> keyboard_answers(std::vector<std::string>& used_kept);
  Result<Outcome> password();

  template <class Call>
  Result<Outcome> attempt(const std::string& what, Call call);
  Result<Outcome> judge(const std::string& what, int rc);
  Result<Secret> secret(const std::string& key, const std::string& prompt, Question::Kind kind, bool may_keep);
  void forget(const std::string& key) const {
    if (options_.secrets) options_.secrets->forget(key);
  }
  [[nodiscard]] bool offered(unsigned method) const {
    return (static_cast<unsigned>(ssh_userauth_list(wire_.session, nullptr)) & method) != 0;
  }
  [[nodiscard]] bool takes_keys() const { return !asked_server_ || offered(SSH_AUTH_METHOD_PUBLICKEY); }
  void note(const std::string& what) { tried_ += (tried_.empty() ? "" : "; ") + what; }
  [[nodiscard]] std::string account() const {
    return host_.user + "@" + host_.hostname + ":" + std::to_string(host_.port);
  }
  [[nodiscard]] tl::unexpected<Error> refused() const;

  const HostConfig& host_;
  const ConnectOptions& options_;
  const Wire& wire_;
  const std::stop_token& stop_;
  bool asked_server_ = false;  // the server has answered an attempt, so that what it offers is known
  std::string tried_;          // for the error: each way that was tried, and why it failed
  std::string locked_file_;    // a key whose passphrase nobody could be asked for
  std::vector<std::unique_ptr<NarrowAgent>> agents_;
  std::vector<Identity> identities_;
  std::vector<Certificate> named_certificates_;  // by CertificateFile
  std::vector<const Certificate*> offered_certificates_;
};

// Its public half as it is sent on the wire; "" when that is not known.
std::string plain_key(const Identity& identity) { return decode_base64(identity.public_base64).value_or(""); }

std::uint64_t seconds_now() { return static_cast<std::uint64_t>(std::max<std::time_t>(std::time(nullptr), 0)); }

Result<Outcome> Login::judge(const std::string& what, int rc) {
  asked_server_ = true;
  if (rc == SSH_AUTH_SUCCESS) {
    log_info("{}: logged in as {} by {}", host_.alias, host_.user, what);
    return Outcome::done;
  }
  if (rc == SSH_AUTH_ERROR && ssh_is_connected(wire_.session) == 0) {
    const std::string words = ssh_get_error(wire_.session);
    if (words.find("Too many authentication failures") != std::string::npos) {
      return fail(ErrorCode::server_auth, host_.alias,
                  "the server closed the connection after too many keys (" + what + " was the last)",
                  "name the one key for it in ~/.ssh/config: IdentityFile and IdentitiesOnly yes");
    }
    return fail(ErrorCode::server_unreachable, host_.alias,
                "the server closed the connection during the login: " + printable(words, 200),
                "check with: " + ssh_by_hand(host_.alias, {"-v"}, "true"));
  }
  note(what + (rc == SSH_AUTH_PARTIAL ? " (accepted, more is asked for)" : " (refused)"));
  return Outcome::on;
}

template <class Call>
Result<Outcome> Login::attempt(const std::string& what, Call call) {
  const Limit limit(options_.connect_timeout, stop_);
  const int rc = drive(wire_, limit, SSH_AUTH_AGAIN, call);
  if (rc == SSH_AUTH_AGAIN) return gave_up(host_.alias, limit, "logging in");
  return judge(what, rc);
}

// not_ready when there is nobody to ask.
Result<Secret> Login::secret(const std::string& key, const std::string& prompt, Question::Kind kind, bool may_keep) {
  if (may_keep && options_.secrets) {
    if (auto kept = options_.secrets->find(key)) return Secret(std::move(*kept), true);
  }
  if (!options_.prompter) return fail(ErrorCode::not_ready, host_.alias, "there is nobody to ask");
  auto answer = options_.prompter->ask({kind, prompt, {}}, stop_);
  if (!answer) return fail(std::move(answer).error());
  return Secret(std::move(*answer), false);
}

// Whether the server would take it: a person is not asked to unlock a key that it does not want.
Result<Outcome> Login::probe(const std::string& what, const ssh_key key) {
  const Limit limit(options_.connect_timeout, stop_);
  const int rc =
      drive(wire_, limit, SSH_AUTH_AGAIN, [&] { return ssh_userauth_try_publickey(wire_.session, nullptr, key); });
  if (rc == SSH_AUTH_AGAIN) return gave_up(host_.alias, limit, "logging in");
  return rc == SSH_AUTH_SUCCESS ? Outcome::done : judge(what, rc);
}

Result<Outcome> Login::encrypted_file(const Identity& identity) {
  const std::string what = "key " + identity.file;
  Certificates wanted;
  for (const Certificate* certificate : certificates_of(plain_key(identity), &identity)) {
    const KeyPtr key = certificate_key(*certificate);
    if (!key) continue;
    HELPER_TRY_ASSIGN(const Outcome outcome, probe(what + " with certificate " + certificate->file, key.get()));
    if (outcome == Outcome::done) wanted.push_back(certificate);
    if (outcome != Outcome::done) offered_certificates_.push_back(certificate);
    if (!takes_keys()) return Outcome::on;
  }
  if (identity.public_key && wanted.empty()) {
    HELPER_TRY_ASSIGN(const Outcome outcome, probe(what, identity.public_key.get()));
    if (outcome != Outcome::done) return outcome;
  }
  const std::string cache_key = "passphrase of " + identity.file;
  for (int i = 0; i < k_prompts; ++i) {
    const auto passphrase = secret(cache_key, "Passphrase for " + identity.file, Question::Kind::secret, true);
    if (!passphrase && passphrase.error().code == ErrorCode::not_ready) {
      locked_file_ = identity.file;
      note(what + " (needs a passphrase, and there is nobody to ask)");
      return Outcome::on;
    }
    if (!passphrase) return fail(passphrase.error());
    if (!identity.private_key(passphrase->text.c_str())) {
      forget(cache_key);
      continue;
    }
    if (options_.secrets) options_.secrets->keep(cache_key, passphrase->text);
    return offer(identity, wanted, passphrase->text.c_str());
  }
  note(what + " (wrong passphrase)");
  return Outcome::on;
}

Result<Outcome> Login::key_file(const Identity& identity) {
  const std::string what = "key " + identity.file;
  switch (identity.state) {
    case KeyFileState::absent:
    case KeyFileState::public_only:
      return Outcome::on;
    case KeyFileState::exposed:
      note(what + " (not used: others may read it; chmod 600 " + shell::quote(identity.file) + ")");
      return Outcome::on;
    case KeyFileState::unusable:
      note(what + " (cannot be read as a private key)");
      return Outcome::on;
    case KeyFileState::encrypted:
      return encrypted_file(identity);
    case KeyFileState::plain:
      break;
  }
  if (!identity.private_key(nullptr)) {
    note(what + " (cannot be read as a private key)");
    return Outcome::on;
  }
  return offer(identity, certificates_of(plain_key(identity), &identity), nullptr);
}

// With each certificate, and then alone, as ssh(1) does. The passphrase is right.
Result<Outcome> Login::offer(const Identity& identity, const Certificates& wanted, const char* passphrase) {
  const std::string what = "key " + identity.file;
  const auto by = [&](const KeyPtr& key, const std::string& name) {
    return attempt(name, [&] { return ssh_userauth_publickey(wire_.session, nullptr, key.get()); });
  };
  for (const Certificate* certificate : wanted) {
    const KeyPtr key = with_certificate(identity.private_key(passphrase), *certificate);
    if (!key) continue;
    offered_certificates_.push_back(certificate);
    HELPER_TRY_ASSIGN(const Outcome outcome, by(key, what + " with certificate " + certificate->file));
    if (outcome == Outcome::done || !takes_keys()) return outcome;
  }
  return by(identity.private_key(passphrase), what);
}

// About the key of that wire form: the one beside the file, and those that CertificateFile names.
std::vector<const Certificate*> Login::certificates_of(const std::string& plain, const Identity* identity) {
  std::vector<const Certificate*> found;
  const auto take = [&](const Certificate& certificate) {
    const auto same = [&](const Certificate* other) { return other->blob == certificate.blob; };
    if (certificate.plain == plain && std::ranges::none_of(found, same)) found.push_back(&certificate);
  };
  for (const auto& certificate : named_certificates_) take(certificate);
  if (identity != nullptr && identity->certificate) take(*identity->certificate);
  return found;
}

std::vector<AgentKey> Login::with_certificates(const AgentKey& key,
                                               const std::vector<const Certificate*>& certificates) {
  std::vector<AgentKey> keys;
  for (const Certificate* certificate : certificates) {
    keys.push_back({certificate->blob, key.comment + " with certificate " + certificate->file, key.blob});
    offered_certificates_.push_back(certificate);
  }
  keys.push_back(key);
  return keys;
}

// Moves what the agent holds of the identity, its certificates first, from `held` to `named`.
void Login::take_from_agent(const Identity& identity, std::vector<AgentKey>& held, std::vector<AgentKey>& named) {
  const std::string plain = plain_key(identity);
  auto certificates = certificates_of(plain, &identity);
  const auto take = [&](const std::string& blob) -> std::optional<AgentKey> {
    const auto at = std::ranges::find(held, blob, &AgentKey::blob);
    if (at == held.end()) return std::nullopt;
    AgentKey key = *at;
    held.erase(at);
    return key;
  };
  std::erase_if(certificates, [&](const Certificate* certificate) {
    auto key = take(certificate->blob);
    if (key) named.push_back(std::move(*key));
    return key.has_value();
  });
  if (const auto key = take(plain)) std::ranges::move(with_certificates(*key, certificates), std::back_inserter(named));
}

Result<Outcome> Login::agent(const std::vector<AgentKey>& keys) {
  if (keys.empty()) return Outcome::on;
  const std::string socket = host_.identity_agent.empty() ? options_.agent_socket : host_.identity_agent;
  agents_.push_back(std::make_unique<NarrowAgent>(socket, keys, stop_));
  Fd end = agents_.back()->take_end();
  if (!end || ssh_set_agent_socket(wire_.session, end.get()) != SSH_OK) {
    note("ssh-agent (libssh does not take it)");
    return Outcome::on;
  }
  static_cast<void>(end.release());
  const std::string what = "ssh-agent with " + (keys.size() == 1 ? "key " + printable(keys[0].comment)
                                                                 : std::to_string(keys.size()) + " keys");
  return attempt(what, [&] { return ssh_userauth_agent(wire_.session, nullptr); });
}

Result<Outcome> Login::keys() {
  std::vector<AgentKey> held;
  const std::string socket = host_.identity_agent.empty() ? options_.agent_socket : host_.identity_agent;
  if (!socket.empty() && socket != "none") {
    auto listed = agent_keys(socket, Limit(k_agent_limit, stop_));
    if (listed) held = std::move(*listed);
    if (!listed) note("ssh-agent (" + listed.error().cause + ")");
  }
  for (const auto& file : host_.certificate_files) {
    if (auto certificate = read_certificate(file))
      named_certificates_.push_back(std::move(*certificate));
    else
      note("certificate " + file + " (not there, or none for users)");
  }
  identities_.reserve(host_.identity_files.size());
  for (const auto& file : host_.identity_files) identities_.push_back(read_identity(file));

  // A key that is unlocked here signs here: asking the agent for the same would cost one more round trip.
  std::vector<AgentKey> named;
  std::vector<AgentKey> others;
  std::vector<const Identity*> files;
  for (const auto& identity : identities_) {
    const std::string plain = plain_key(identity);
    const bool is_held = !plain.empty() && std::ranges::find(held, plain, &AgentKey::blob) != held.end();
    if (identity.state != KeyFileState::plain && !plain.empty()) {
      take_from_agent(identity, held, named);
    } else if (is_held) {
      std::erase_if(held, [&](const AgentKey& key) { return key.blob == plain; });
    }
    if (!is_held || identity.state == KeyFileState::plain) files.push_back(&identity);
  }
  if (!host_.identities_only) {
    for (const auto& key : held)
      std::ranges::move(with_certificates(key, certificates_of(key.blob, nullptr)), std::back_inserter(others));
  }
  // libssh 0.10 forgets the first list when it asks an agent of the same session for a second one, so two
  // lists become one, after the files.
  if (!others.empty()) others.insert(others.begin(), named.begin(), named.end());
  Outcome outcome = Outcome::on;
  if (others.empty()) {
    HELPER_TRY_ASSIGN(outcome, agent(named));
  }
  for (const Identity* identity : files) {
    if (outcome == Outcome::done || !takes_keys()) return outcome;
    HELPER_TRY_ASSIGN(outcome, key_file(*identity));
  }
  if (outcome == Outcome::done || !takes_keys()) return outcome;
  return agent(others);
}

Result<Outcome> Login::ask_what_is_offered() {
  if (asked_server_) return Outcome::on;
  const Limit limit(options_.connect_timeout, stop_);
  const int rc = drive(wire_, limit, SSH_AUTH_AGAIN, [&] { return ssh_userauth_none(wire_.session, nullptr); });
  if (rc == SSH_AUTH_AGAIN) return gave_up(host_.alias, limit, "logging in");
  asked_server_ = true;
  if (rc == SSH_AUTH_SUCCESS) return Outcome::done;
  if (rc == SSH_AUTH_ERROR) return judge("no credential", rc);
  return Outcome::on;
}

// Answers one round of questions; SSH_AUTH_INFO to go on. not_ready when there is nobody to ask.
Result<int> Login::keyboard_answers(std::vector<std::string>& used_kept) {
  const int count = ssh_userauth_kbdint_getnprompts(wire_.session);
  for (int i = 0; i < count; ++i) {
    char echo = 0;
    const char* text = ssh_userauth_kbdint_getprompt(wire_.session, static_cast<unsigned>(i), &echo);
    const std::string prompt = account() + ": " + printable(text == nullptr ? "" : text, 200);
    // A one-time code is of no use a second time; only what calls itself a password is kept.
    const bool may_keep = echo == 0 && prompt.find("assword") != std::string::npos;
    const std::string cache_key = "answer to " + prompt;
    HELPER_TRY_ASSIGN(const Secret answer,
                      secret(cache_key, prompt, echo != 0 ? Question::Kind::text : Question::Kind::secret, may_keep));
    if (may_keep && options_.secrets) options_.secrets->keep(cache_key, answer.text);
    if (may_keep) used_kept.push_back(cache_key);
    if (ssh_userauth_kbdint_setanswer(wire_.session, static_cast<unsigned>(i), answer.text.c_str()) != 0)
      return SSH_AUTH_ERROR;
  }
  return SSH_AUTH_INFO;
}

Result<Outcome> Login::keyboard_interactive() {
  for (int prompts = 0; prompts < k_prompts && offered(SSH_AUTH_METHOD_INTERACTIVE); ++prompts) {
    std::vector<std::string> used;
    int rc = SSH_AUTH_INFO;
    for (int round = 0; round < k_max_rounds && rc == SSH_AUTH_INFO; ++round) {
      const Limit limit(options_.connect_timeout, stop_);
      rc = drive(wire_, limit, SSH_AUTH_AGAIN, [&] { return ssh_userauth_kbdint(wire_.session, nullptr, nullptr); });
      if (rc == SSH_AUTH_AGAIN) return gave_up(host_.alias, limit, "logging in");
      if (rc != SSH_AUTH_INFO) break;
      auto answered = keyboard_answers(used);
      if (!answered && answered.error().code == ErrorCode::not_ready) {
        note("keyboard-interactive (there is nobody to ask)");
        return Outcome::on;
      }
      if (!answered) return fail(std::move(answered).error());
      rc = *answered;
    }
    HELPER_TRY_ASSIGN(const Outcome outcome, judge("keyboard-interactive", rc));
    if (outcome == Outcome::done || rc == SSH_AUTH_PARTIAL) return outcome;
    for (const auto& key : used) forget(key);
    if (used.empty()) return outcome;  // it asked for nothing that a person could mistype
  }
  return Outcome::on;
}

Result<Outcome> Login::password() {
  const std::string cache_key = "password of " + account();
  for (int i = 0; i < k_prompts && offered(SSH_AUTH_METHOD_PASSWORD); ++i) {
    const auto typed = secret(cache_key, "Password for " + account(), Question::Kind::secret, true);
    if (!typed && typed.error().code == ErrorCode::not_ready) {
      note("password (there is nobody to ask)");
      return Outcome::on;
    }
    if (!typed) return fail(typed.error());
    const Limit limit(options_.connect_timeout, stop_);
    const int rc = drive(wire_, limit, SSH_AUTH_AGAIN,
                         [&] { return ssh_userauth_password(wire_.session, nullptr, typed->text.c_str()); });
    if (rc == SSH_AUTH_AGAIN) return gave_up(host_.alias, limit, "logging in");
    HELPER_TRY_ASSIGN(const Outcome outcome, judge("password", rc));
    const bool accepted = outcome == Outcome::done || rc == SSH_AUTH_PARTIAL;
    if (accepted && options_.secrets) options_.secrets->keep(cache_key, typed->text);
    if (accepted) return outcome;
    forget(cache_key);
  }
  return Outcome::on;
}

tl::unexpected<Error> Login::refused() const {
  const std::string copy = "ssh-copy-id" + ssh_by_hand(host_.alias).substr(3);  // it takes ssh's own -p and destination
  std::string fix = "put your public key on the server: " + copy;
  if (tried_.find("key ") == std::string::npos)
    fix = "create a key and put it on the server: ssh-keygen -t ed25519 && " + copy;
  if (!locked_file_.empty()) fix = "unlock the key for your agent: ssh-add " + shell::quote(locked_file_);
  std::string certificates;
  for (const Certificate* certificate : offered_certificates_) {
    const std::string problem = certificate_problem(*certificate, host_.user, seconds_now());
    if (problem.empty()) continue;
    certificates += ". Certificate " + certificate->file + ": " + problem;
    fix = "get a new certificate; this shows what it says: ssh-keygen -L -f " + shell::quote(certificate->file);
  }
  return fail(ErrorCode::server_auth, host_.alias,
              "login as " + host_.user + " was refused. " +
                  (tried_.empty() ? "There is no key file and no agent" : "Tried: " + tried_) + certificates,
              fix);
}

Result<void> Login::run() {
  for (const Way way : {&Login::keys, &Login::ask_what_is_offered, &Login::keyboard_interactive, &Login::password}) {
    HELPER_TRY_ASSIGN(const Outcome outcome, (this->*way)());
    if (outcome == Outcome::done) return {};
  }
  return refused();
}

}  // namespace

Result<void> authenticate(const HostConfig& host, const ConnectOptions& options, const Wire& wire,
                          const std::stop_token& stop) {
  return Login(host, options, wire, stop).run();
}

}  // namespace helper::ssh
