// How a change is made: one command on the server, whose failure becomes an Error in the engine's own words.
#pragma once

#include "base/command.hpp"
#include "base/result.hpp"
#include "engine/engine_cli.hpp"

#include <stop_token>
#include <string>

namespace helper::engine {

inline constexpr Milliseconds k_start_limit = std::chrono::minutes(5);  // a runtime may have a large image to prepare

// The line, where the engine's program is found wherever it lies.
[[nodiscard]] Command command(const Argv& argv, Milliseconds limit, std::string stdin_text = {});

// Does something to the container `name`. Error: container_failed.
[[nodiscard]] Result<void> run_engine(CommandRunner& server, const EngineCli& cli, const Command& what,
                                      const std::string& name, const std::stop_token& stop);
[[nodiscard]] Result<void> run_engine(CommandRunner& server, const EngineCli& cli,
                                      std::initializer_list<std::string> words, const std::string& name,
                                      const std::stop_token& stop);

}  // namespace helper::engine
