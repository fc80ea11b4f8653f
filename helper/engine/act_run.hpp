// How a change is made: one command on the server, whose failure becomes an Error in the engine's own words.
#pragma once

#include "base/command.hpp"
#include "base/result.hpp"
#include "engine/cli.hpp"

#include <stop_token>
#include <string>

namespace helper::engine {

// docker may stand where a non-interactive PATH does not look.
inline constexpr const char* k_path = "PATH=$PATH:/usr/local/bin:/usr/bin:/bin:/snap/bin; ";

// Error `code` when it exits with a status that is not 0.
[[nodiscard]] Result<CommandOutput> run_or_fail(CommandRunner& server, const Command& what, ErrorCode code,
                                                const std::string& thing, const std::string& fix,
                                                const std::stop_token& stop, const OutputSink& on_output = {});

inline constexpr Milliseconds k_start_limit = std::chrono::minutes(5);  // a runtime may have a large image to prepare

[[nodiscard]] Command command(const Argv& argv, Milliseconds limit, std::string stdin_text = {});

// Does something to the container `name`. Error: container_failed.
[[nodiscard]] Result<void> run_engine(CommandRunner& server, const Command& what, const std::string& name,
                                      const std::stop_token& stop);
[[nodiscard]] Result<void> run_engine(CommandRunner& server, const Argv& argv, const std::string& name,
                                      const std::stop_token& stop);

}  // namespace helper::engine
