// The check of a server's host key by OpenSSH itself, where known keys are not all that counts: host certificates of an
// authority (@cert-authority), KnownHostsCommand, RevokedHostKeys. libssh knows none of them. OpenSSH connects as the
// person's configuration says, checks, and ends before it logs in. A certificate is about the same key that the server
// shows libssh as a plain one, so what is passed on is that key's fingerprint.
#pragma once

#include "base/result.hpp"
#include "ssh/known_hosts.hpp"
#include "ssh/session.hpp"

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace helper::ssh {

struct HostKeyCheck {
  enum class Verdict { accepted, unknown, refused, undecided };
  Verdict verdict = Verdict::undecided;
  std::string type;         // of the key that was shown: "ssh-ed25519"; "" when none was
  std::string fingerprint;  // "SHA256:..."
  std::string authority;    // of its certificate, the same; "" without one
  std::string words;        // OpenSSH's own, on one line
  friend bool operator==(const HostKeyCheck&, const HostKeyCheck&) = default;
};

// Pure. Whether OpenSSH must be asked.
[[nodiscard]] bool needs_openssh(const HostConfig& host, const KnownHosts& known);

// Pure: its command. `agent` is a socket that it contacts when, and only when, the host key is accepted.
[[nodiscard]] std::vector<std::string> host_key_check_argv(const HostConfig& host, const std::string& agent,
                                                           const std::string& agent_of_jumps);

// Pure. `log` has texts of the server in it, and so decides nothing by itself: `passed` says that OpenSSH went on to
// the login. A log with more than one key is refused.
[[nodiscard]] HostKeyCheck read_host_key_check(std::string_view log, bool passed);

// Errors: cancelled, server_host_key (refused by it), internal.
[[nodiscard]] Result<HostKeyCheck> check_by_openssh(const HostConfig& host, const KnownHosts& known,
                                                    const ConnectOptions& options, const std::stop_token& stop);

}  // namespace helper::ssh
