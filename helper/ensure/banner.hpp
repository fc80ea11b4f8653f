// Whether an SSH server answers at a local port: the proof that a tunnel works.
#pragma once

#include "base/clock.hpp"
#include "base/fd.hpp"

#include <cstdint>
#include <stop_token>

namespace helper::ensure {

// Connects to 127.0.0.1:port and waits for "SSH-" (RFC 4253, section 4.2), which is left to be read. The connection is
// non-blocking; none when something else comes, the connection ends, the limit passes or a stop is requested.
[[nodiscard]] Fd ssh_at(std::uint16_t port, Milliseconds limit, const std::stop_token& stop);

// Whether there is such a connection.
[[nodiscard]] bool ssh_answers(std::uint16_t port, Milliseconds limit, const std::stop_token& stop);

}  // namespace helper::ensure
