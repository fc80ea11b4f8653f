// Session is one authenticated SSH connection to a server. It belongs to one thread at a time; libssh stays behind it.
#pragma once

#include "base/clock.hpp"
#include "base/prompt.hpp"
#include "base/result.hpp"
#include "ssh/host_config.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace helper::ssh {

// Passwords and passphrases that a person typed once, kept in memory for reconnecting. Thread-safe; wiped when it goes.
class SecretCache {
 public:
  SecretCache() = default;
  ~SecretCache();
  SecretCache(const SecretCache&) = delete;
  SecretCache& operator=(const SecretCache&) = delete;
  [[nodiscard]] std::optional<std::string> find(const std::string& what) const;
  void keep(const std::string& what, std::string secret);
  void forget(const std::string& what);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> secrets_;
};

struct ConnectOptions {
  std::string agent_socket;            // "" = no agent
  std::shared_ptr<Prompter> prompter;  // asked for secrets and about unknown host keys
  std::shared_ptr<SecretCache> secrets;
  Milliseconds connect_timeout{10'000};  // for TCP and for the handshake, each
};

class Session {
 public:
  // Dials (through its jump hosts or proxy command, if it has any), checks the host key, authenticates.
  // Errors: server_unreachable, server_host_key, server_auth, cancelled, timed_out.
  [[nodiscard]] static Result<std::unique_ptr<Session>> connect(const HostConfig& host, const ConnectOptions& options,
                                                                const std::stop_token& stop);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // What only the ssh room may see.
  struct Native;
  [[nodiscard]] Native& native() { return *native_; }
  // How to name the server to a person.
  [[nodiscard]] const std::string& name() const;
  // OpenSSH itself vouches for the host key, since more than known_hosts judges it.
  [[nodiscard]] bool is_checked_by_openssh() const;

 private:
  explicit Session(std::unique_ptr<Native> native);
  std::unique_ptr<Native> native_;
};

}  // namespace helper::ssh
