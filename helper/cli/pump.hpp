// pump joins standard input and output to a connection until its far side ends it.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <stop_token>

namespace helper::cli {

// `connection` is a stream socket. The end of `in` is passed on, and what still comes is written to `out` for as long
// as somebody reads it. A stop ends the connection. Error: tunnel_failed, when the connection breaks.
[[nodiscard]] Result<void> pump(const Fd& connection, int in, int out, const std::stop_token& stop);

}  // namespace helper::cli
