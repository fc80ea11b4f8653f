#include "ssh/session.hpp"

#include "base/shortage.hpp"
#include "ssh/authenticate.hpp"
#include "ssh/host_keys.hpp"
#include "ssh/native.hpp"
#include "ssh/openssh_check.hpp"
#include "ssh/tcp.hpp"
#include "ssh/transport.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <utility>

namespace helper::ssh {
namespace {

// Measured (loopback and 50 ms links): AES-GCM moves 1.2 to 1.6 times the bytes of chacha20, which libssh would take
// first.
constexpr const char* k_ciphers =
    "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes256-ctr,aes128-ctr";

// libssh writes with send(2) and no MSG_NOSIGNAL: a server that resets the connection would end this process.
void ignore_broken_pipes() {
  static const bool k_done = [] {
    struct sigaction now {};
    if (::sigaction(SIGPIPE, nullptr, &now) == 0 && now.sa_handler == SIG_DFL) {
      now.sa_handler = SIG_IGN;
      ::sigaction(SIGPIPE, &now, nullptr);
    }
    return true;
  }();
  static_cast<void>(k_done);
}

Result<SessionPtr> new_session(const HostConfig& host, int fd, const std::string& host_key_algorithms) {
  SessionPtr session(ssh_new());
  if (!session) return fail(ErrorCode::internal, host.alias, "libssh gave no session (out of memory)");
  const int no = 0;
  const auto port = static_cast<unsigned int>(host.port);
  const auto set = [&](ssh_options_e option, const void* value) {
    return ssh_options_set(session.get(), option, value) == SSH_OK;
  };
  const bool ok = set(SSH_OPTIONS_PROCESS_CONFIG, &no) && set(SSH_OPTIONS_HOST, host.hostname.c_str()) &&
                  set(SSH_OPTIONS_PORT, &port) && set(SSH_OPTIONS_USER, host.user.c_str()) &&
                  set(SSH_OPTIONS_CIPHERS_C_S, k_ciphers) && set(SSH_OPTIONS_CIPHERS_S_C, k_ciphers) &&
                  set(SSH_OPTIONS_COMPRESSION, "no") && set(SSH_OPTIONS_HOSTKEYS, host_key_algorithms.c_str()) &&
                  set(SSH_OPTIONS_KNOWNHOSTS, "/dev/null") && set(SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null") &&
                  set(SSH_OPTIONS_FD, &fd);
  if (!ok) {
    return fail(ErrorCode::server_unreachable, host.alias,
                std::string("libssh refuses the connection's settings: ") + ssh_get_error(session.get()));
  }
  ssh_set_blocking(session.get(), 0);
  return session;
}

Result<void> shake_hands(const std::string& name, const Wire& wire, const Limit& limit) {
  const int rc = drive(wire, limit, SSH_AGAIN, [&] { return ssh_connect(wire.session); });
  if (rc == SSH_OK) return {};
  if (rc == SSH_AGAIN) return gave_up(name, limit, "the SSH connection was set up");
  if (limit.stopped()) return gave_up(name, limit, "the SSH connection was set up");
  return fail(ErrorCode::server_unreachable, name,
              std::string("the SSH connection could not be set up: ") + ssh_get_error(wire.session),
              "check with: " + ssh_by_hand(name, {"-v"}, "true"));
}

std::string key_line(ssh_session session, const std::string& type) {
  ssh_key raw_key = nullptr;
  if (ssh_get_server_publickey(session, &raw_key) != SSH_OK) return {};
  const std::unique_ptr<ssh_key_struct, decltype(&ssh_key_free)> key(raw_key, ssh_key_free);
  char* raw_text = nullptr;
  if (ssh_pki_export_pubkey_base64(key.get(), &raw_text) != SSH_OK) return {};
  const std::unique_ptr<char, decltype(&ssh_string_free_char)> base64(raw_text, ssh_string_free_char);
  return type + " " + base64.get();
}

}  // namespace

Result<std::string> shown_host_key(std::uint16_t port, const std::string& type, Milliseconds limit,
                                   const std::stop_token& stop) {
  ignore_broken_pipes();
  HostConfig host;
  host.hostname = "127.0.0.1";
  host.port = port;
  host.alias = "127.0.0.1:" + std::to_string(port);
  host.user = "nobody";  // libssh insists on a name, which no packet before a login carries
  const Limit all(limit, stop);
  HELPER_TRY_ASSIGN(const Fd ours, dial(host.alias, host.hostname, port, all));
  Fd theirs(::fcntl(ours.get(), F_DUPFD_CLOEXEC, 3));
  if (!theirs) return fail(by_errno({ErrorCode::internal, host.alias, "its socket cannot be used", {}}, errno));
  HELPER_TRY_ASSIGN(const SessionPtr session, new_session(host, theirs.get(), type));
  static_cast<void>(theirs.release());  // ssh_connect's first act is to take it
  HELPER_TRY(shake_hands(host.alias, {session.get(), ours.get(), ours.get()}, all));
  std::string line = key_line(session.get(), type);
  if (line.empty()) return fail(ErrorCode::server_unreachable, host.alias, "its host key cannot be read");
  return line;
}

SecretCache::~SecretCache() {
  for (auto& [what, secret] : secrets_) explicit_bzero(secret.data(), secret.size());
}

std::optional<std::string> SecretCache::find(const std::string& what) const {
  const std::scoped_lock lock(mutex_);
  const auto at = secrets_.find(what);
  if (at == secrets_.end()) return std::nullopt;
  return at->second;
}

void SecretCache::keep(const std::string& what, std::string secret) {
  const std::scoped_lock lock(mutex_);
  auto& kept = secrets_[what];
  explicit_bzero(kept.data(), kept.size());
  kept = std::move(secret);
}

void SecretCache::forget(const std::string& what) {
  const std::scoped_lock lock(mutex_);
  const auto at = secrets_.find(what);
  if (at == secrets_.end()) return;
  explicit_bzero(at->second.data(), at->second.size());
  secrets_.erase(at);
}

Session::Session(std::unique_ptr<Native> native) : native_(std::move(native)) {}
Session::~Session() = default;

const std::string& Session::name() const { return native_->name; }
bool Session::is_checked_by_openssh() const { return native_->checked_by_openssh; }

Result<std::unique_ptr<Session>> Session::connect(const HostConfig& host, const ConnectOptions& options,
                                                  const std::stop_token& stop) {
  ignore_broken_pipes();
  HELPER_TRY_ASSIGN(const KnownHosts known, KnownHosts::read(host));
  std::optional<HostKeyCheck> check;
  if (needs_openssh(host, known)) {
    HELPER_TRY_ASSIGN(check, check_by_openssh(host, known, options, stop));
  }
  auto native = std::make_unique<Native>();
  native->name = host.alias;
  native->checked_by_openssh = check && check->verdict == HostKeyCheck::Verdict::accepted;
  HELPER_TRY_ASSIGN(Transport transport, open_transport(host, options, stop));
  native->transport = std::move(transport.fd);
  native->liveness_fd = transport.liveness_fd;
  native->carrier = std::move(transport.carrier);
  Fd theirs(::fcntl(native->transport.get(), F_DUPFD_CLOEXEC, 3));
  if (!theirs) return fail(by_errno({ErrorCode::internal, host.alias, "its connection cannot be shared", {}}, errno));
  HELPER_TRY_ASSIGN(native->session, new_session(host, theirs.get(), known.algorithms(check ? check->type : "")));
  const Wire wire{native->session.get(), native->transport.get(), native->liveness_fd};
  static_cast<void>(theirs.release());  // ssh_connect's first act is to take it
  if (auto shaken = shake_hands(host.alias, wire, Limit(options.connect_timeout, stop)); !shaken) {
    const std::string words = native->carrier && !stop.stop_requested() ? native->carrier->last_words() : std::string();
    if (!words.empty()) shaken.error().cause += "; its ProxyCommand said: " + words;
    return fail(or_shortage(std::move(shaken).error()));
  }
  HELPER_TRY(check_host_key(host, known, check, options, wire.session, stop));
  HELPER_TRY(authenticate(host, options, wire, stop));
  return std::unique_ptr<Session>(new Session(std::move(native)));
}

}  // namespace helper::ssh
