// The changes about the container's user: that it is there, that its ids are those of the project's owner, and what the
// config wants run as it.
#pragma once

#include "base/command.hpp"
#include "engine/engine_cli.hpp"
#include "plan/step.hpp"

#include <map>
#include <stop_token>
#include <string>

namespace helper::engine {

[[nodiscard]] Result<void> make_user(CommandRunner& server, const EngineCli& cli, const std::string& container,
                                     const plan::MakeUser& action, const std::stop_token& stop);
// Refuses an id that another user of the container has. Files of the user outside its home keep their owner.
[[nodiscard]] Result<void> match_user(CommandRunner& server, const EngineCli& cli, const std::string& container,
                                      const plan::MatchUser& action, const std::stop_token& stop);
// `env` stands in the environment of each line, beside the container's own.
[[nodiscard]] Result<void> run_hooks(CommandRunner& server, const EngineCli& cli, const std::string& container,
                                     const std::map<std::string, std::string>& env, const plan::RunHooks& action,
                                     const OutputSink& on_progress, const std::stop_token& stop);

}  // namespace helper::engine
