// spawn_detached starts a program that outlives us: a daemon with no terminal, no parent and none of our descriptors.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace helper {

// Runs argv (argv[0] is looked up on PATH when it has no slash) with two words added, "--ready-fd N": a descriptor on
// which the program writes one line when it can serve. Waits for that line and returns it without its end. The program
// has a session of its own, /dev/null as its standard descriptors, / as its folder, default signals, and our
// environment. One that is late is left running: whether it may start twice is for its own lock to say.
// Errors: daemon_unreachable (it cannot be started, ended before it was ready, or was not ready in time), cancelled.
[[nodiscard]] Result<std::string> spawn_detached(const std::vector<std::string>& argv, Milliseconds limit,
                                                 const std::stop_token& stop);

}  // namespace helper
