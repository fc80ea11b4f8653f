// EngineCli is the command that drives the server's engine: every command line of this room begins with it. A change is
// one command on the server, whose failure becomes an Error in the engine's own words.
#pragma once

#include "base/command.hpp"
#include "base/result.hpp"
#include "config/config.hpp"
#include "plan/observed.hpp"

#include <initializer_list>
#include <stop_token>
#include <string>
#include <vector>

namespace helper::engine {

using Argv = std::vector<std::string>;

struct EngineCli {
  std::string program = "docker";  // "docker" or "podman"; both take the same words, except for what plan decides

  // The program and these words: argv({"start", "--", name}).
  [[nodiscard]] Argv argv(std::initializer_list<std::string> words) const;
};

// Of the engine that a look found.
[[nodiscard]] EngineCli cli_of(const plan::Engine& engine);

// The engine of the config's choice; with "auto" the one that a look takes. Error: the server's, or why a look takes
// none.
[[nodiscard]] Result<EngineCli> find_cli(CommandRunner& server, const config::Target& target,
                                         const std::stop_token& stop);

// Shell text to put before a command line: an engine may be where a non-interactive PATH does not look.
inline constexpr const char* k_engine_path = "PATH=$PATH:/usr/local/bin:/usr/bin:/bin:/snap/bin; ";

inline constexpr Milliseconds k_start_limit = std::chrono::minutes(5);  // a runtime may have a large image to prepare

// "docker start centernet": the words before the first option, and those after "--"; so no option's value is in it.
[[nodiscard]] std::string summary_of(const Argv& argv);

// The line, with the engine's program found wherever it is.
[[nodiscard]] Command command(const Argv& argv, Milliseconds limit, std::string stdin_text = {});

// Does something to the container `name`. Error: container_failed.
[[nodiscard]] Result<CommandOutput> run_engine(CommandRunner& server, const EngineCli& cli, const Command& what,
                                               const std::string& name, const std::stop_token& stop);
[[nodiscard]] Result<void> run_engine(CommandRunner& server, const EngineCli& cli,
                                      std::initializer_list<std::string> words, const std::string& name,
                                      const std::stop_token& stop);

}  // namespace helper::engine
