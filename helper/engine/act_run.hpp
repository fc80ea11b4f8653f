// How a change is made: one command on the server, whose failure becomes an Error in the engine's own words.
#pragma once

#include "base/command.hpp"
#include "base/result.hpp"
#include "engine/engine_cli.hpp"

#include <stop_token>
#include <string>

namespace helper::engine {

inline constexpr Milliseconds k_start_limit = std::chrono::minutes(5);  // a runtime may have a large image to prepare
inline constexpr Milliseconds k_inside_limit = std::chrono::seconds(30);

// The line, where the engine's program is found wherever it lies.
[[nodiscard]] Command command(const Argv& argv, Milliseconds limit, std::string stdin_text = {});

// Error `code` when it exits with a status that is not 0.
[[nodiscard]] Result<CommandOutput> run_or_fail(CommandRunner& server, const Command& what, ErrorCode code,
                                                const std::string& thing, const std::string& fix,
                                                const std::stop_token& stop, const OutputSink& on_output = {});

// A POSIX sh script as root inside the container; by the bundle's shell where it is. Its values stand above it, by
// assign(); none of them is a secret.
[[nodiscard]] Result<void> run_inside(CommandRunner& server, const EngineCli& cli, const std::string& container,
                                      const std::string& script, const std::string& doing, const std::stop_token& stop);

// Does something to the container `name`. Error: container_failed.
[[nodiscard]] Result<void> run_engine(CommandRunner& server, const EngineCli& cli, const Command& what,
                                      const std::string& name, const std::stop_token& stop);
[[nodiscard]] Result<void> run_engine(CommandRunner& server, const EngineCli& cli,
                                      std::initializer_list<std::string> words, const std::string& name,
                                      const std::stop_token& stop);

// A line that sets the variable `name`, which is ours.
[[nodiscard]] std::string assign(const char* name, const std::string& value);

// "on the server: docker exec -it NAME sh".
[[nodiscard]] std::string look_inside(const EngineCli& cli, const std::string& container);

}  // namespace helper::engine
