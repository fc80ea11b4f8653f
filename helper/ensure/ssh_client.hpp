// SshClient is what a client of a target's SSH port sees: the host keys that are shown there, whether a session works,
// and what the person's agent holds. One of the six Hands.
#pragma once

#include "base/clock.hpp"
#include "base/command.hpp"
#include "base/result.hpp"
#include "ide/access.hpp"
#include "plan/observed.hpp"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace helper::ensure {

// Safe from any thread. An agent's socket is "" where there is none.
class SshClient {
 public:
  virtual ~SshClient() = default;
  // "TYPE BASE64" of each type that is asked for and that the server at 127.0.0.1:port proves to have; nullopt: none
  // answers there within the limit.
  [[nodiscard]] virtual std::optional<std::vector<std::string>> host_keys(std::uint16_t port,
                                                                          const std::vector<std::string>& types,
                                                                          Milliseconds limit,
                                                                          const std::stop_token& stop) = 0;
  // A command and then a word to sftp, each in a strict session of its own. Why a login failed is not looked for.
  // Errors: server_command (there is no ssh on this machine), cancelled, file_failed.
  [[nodiscard]] virtual Result<plan::SessionTry> try_session(const ide::Access& access, const std::string& agent_socket,
                                                             const std::stop_token& stop) = 0;
  // Whether the agent is known to hold the key of that public line ("TYPE BASE64 ..."). It is only asked for a list.
  [[nodiscard]] virtual bool agent_holds(const std::string& public_line, const std::string& agent_socket) = 0;
};

// libssh for the keys, and the person's OpenSSH for the session, as `helper exec` and IDEs use it.
class OpenSshClient final : public SshClient {
 public:
  [[nodiscard]] std::optional<std::vector<std::string>> host_keys(std::uint16_t port,
                                                                  const std::vector<std::string>& types,
                                                                  Milliseconds limit,
                                                                  const std::stop_token& stop) override;
  [[nodiscard]] Result<plan::SessionTry> try_session(const ide::Access& access, const std::string& agent_socket,
                                                     const std::stop_token& stop) override;
  [[nodiscard]] bool agent_holds(const std::string& public_line, const std::string& agent_socket) override;
};

// The base64 of a public line, which is its second word. Pure.
[[nodiscard]] std::string blob_of(const std::string& public_line);

// Pure. The result of the two sessions: `mark` is what the command had to print. nullopt: it did not end within the
// limit; sftp is not looked at when the command failed.
[[nodiscard]] plan::SessionTry judge_session(const std::optional<CommandOutput>& command,
                                             const std::optional<CommandOutput>& sftp, const std::string& mark);

}  // namespace helper::ensure
