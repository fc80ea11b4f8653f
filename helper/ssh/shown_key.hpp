// The host key that an SSH server proves to have: the key exchange shows it, signed, before anybody logs in (RFC 4253,
// section 8).
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <stop_token>
#include <string>

namespace helper::ssh {

// "TYPE BASE64" of the server at 127.0.0.1:port, of the one type that is asked for ("ssh-ed25519"). Errors:
// server_unreachable (nothing there, no SSH server, or one that has no key of that type), cancelled.
[[nodiscard]] Result<std::string> shown_host_key(std::uint16_t port, const std::string& type, Milliseconds limit,
                                                 const std::stop_token& stop);

}  // namespace helper::ssh
