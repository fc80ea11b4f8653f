// dial() is how a TCP connection to a server is made: every address of the name is tried, within one limit.
#pragma once

#include <cstdint>
#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"
#include "ssh/wait.hpp"

namespace helper::ssh {

// A connected, non-blocking socket with no delay, keepalive, and an end to unacknowledged data (k_unacknowledged).
// Errors: server_unreachable (named after `thing`), timed_out, cancelled.
[[nodiscard]] Result<Fd> dial(const std::string& thing, const std::string& host, std::uint16_t port, const Limit& limit);

// TCP_USER_TIMEOUT of a connection: the kernel gives it up when data stays unacknowledged for this long.
inline constexpr Milliseconds k_unacknowledged{10'000};

// Asks the kernel to acknowledge at once for a while. It forgets the wish by itself, so it is set again at every wait: a
// server that has Nagle's algorithm on holds back its next message until our (else delayed, 40 ms) acknowledgement.
void acknowledge_at_once(int tcp_fd);

// True when the peer has owed us an acknowledgement and said nothing for longer than `silence`. False for -1.
[[nodiscard]] bool peer_is_silent(int tcp_fd, Milliseconds silence);

}  // namespace helper::ssh
