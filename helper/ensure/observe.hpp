// observe reads the world into plan::Observed and decides nothing: this machine's part at once, the server's in one
// round trip, and beside it which host keys are shown through the SSH tunnel.
#pragma once

#include "base/paths.hpp"
#include "ensure/hands.hpp"
#include "ensure/knowledge.hpp"
#include "plan/desired.hpp"
#include "plan/observed.hpp"

#include <stop_token>

namespace helper::ensure {

// What this machine alone can tell: tunnels, key, pinned host keys. The server is not asked.
[[nodiscard]] Result<plan::Observed> observe_here(const Hands& hands, const Paths& paths, const plan::Desired& desired);

// A quick look asks again for as little of a container that is known as it can.
enum class Depth { quick, full };

// All of it. `knowledge` makes the look at a known container quick, and is brought up to date. A server that cannot be
// reached is an observation (server_error); errors are a stop that was requested, and files of ours that cannot be
// read.
[[nodiscard]] Result<plan::Observed> observe(const Hands& hands, const Paths& paths, const plan::Desired& desired,
                                             Knowledge& knowledge, const std::stop_token& stop,
                                             Depth depth = Depth::quick);

}  // namespace helper::ensure
