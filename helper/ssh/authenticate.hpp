// authenticate() proves to a server, whose host key is already trusted, that we may log in.
#pragma once

#include "base/result.hpp"
#include "ssh/native.hpp"
#include "ssh/session.hpp"

#include <stop_token>

namespace helper::ssh {

// Keys in OpenSSH's order (agent keys named by an identity file, identity files, other agent keys; with both kinds of
// agent keys, those come together after the files), then keyboard-interactive, then password. Errors: server_auth (with
// what was tried), server_unreachable, cancelled.
[[nodiscard]] Result<void> authenticate(const HostConfig& host, const ConnectOptions& options, const Wire& wire,
                                        const std::stop_token& stop);

}  // namespace helper::ssh
