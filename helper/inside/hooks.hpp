// The lines that the config wants run in a place, and the mark that they have run.
#pragma once

#include "inside/run.hpp"
#include "plan/step.hpp"

#include <map>
#include <stop_token>
#include <string>

namespace helper::inside {

// As the user, by the place's own sh. `env` is in the environment of each line, beside the place's own.
[[nodiscard]] Result<void> run_hooks(CommandRunner& server, const Place& place,
                                     const std::map<std::string, std::string>& env, const plan::RunHooks& action,
                                     const OutputSink& on_progress, const std::stop_token& stop);

}  // namespace helper::inside
