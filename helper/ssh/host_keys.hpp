// The check of a server's host key before anything is sent to it, and the question about an unknown key.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "ssh/known_hosts.hpp"
#include "ssh/openssh_check.hpp"
#include "ssh/session.hpp"

#include <libssh/libssh.h>

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

namespace helper::ssh {

// Success means: the key is known, OpenSSH vouches for it (`check`, where it was asked), or it was accepted now and is
// kept in the first of the user's files. A changed or revoked key is refused whatever the configuration says. Errors:
// server_host_key, cancelled, timed_out, file_failed.
[[nodiscard]] Result<void> check_host_key(const HostConfig& host, const KnownHosts& known,
                                          const std::optional<HostKeyCheck>& check, const ConnectOptions& options,
                                          ssh_session session, const std::stop_token& stop);

// Adds "name type key" to the end of the file, as ssh(1) does: made 0600 (its folder 0700) when absent, no other byte
// touched.
[[nodiscard]] Result<void> append_known_host(const std::string& file, const std::string& line);

// The host key that an SSH server proves to have: the key exchange shows it, signed, before anybody logs in (RFC 4253,
// section 8).

// "TYPE BASE64" of the server at 127.0.0.1:port, of the one type that is asked for ("ssh-ed25519"). Errors:
// server_unreachable (nothing there, no SSH server, or one that has no key of that type), cancelled.
[[nodiscard]] Result<std::string> shown_host_key(std::uint16_t port, const std::string& type, Milliseconds limit,
                                                 const std::stop_token& stop);

}  // namespace helper::ssh
