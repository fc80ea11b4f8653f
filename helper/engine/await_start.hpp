// Waits until somebody starts a container, by the engine's events.
#pragma once

#include "base/command.hpp"
#include "base/result.hpp"
#include "engine/engine_cli.hpp"

#include <stop_token>
#include <string>

namespace helper::engine {

// The engine ends its stream of events after this time by itself, so that none is left on a server whose client is
// gone.
inline constexpr std::chrono::seconds k_events_limit{600};

// True: the container of that name was started or unpaused since the call. False: not within k_events_limit. Errors:
// engine_failed, cancelled, server_*.
[[nodiscard]] Result<bool> await_start(CommandRunner& server, const EngineCli& cli, const std::string& container,
                                       const std::stop_token& stop);

}  // namespace helper::engine
