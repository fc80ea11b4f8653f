// EngineCli is the command that drives the server's engine: every command line of this room begins with it.
#pragma once

#include "base/command.hpp"
#include "plan/observed.hpp"

#include <initializer_list>
#include <stop_token>
#include <string>
#include <vector>

namespace helper::engine {

using Argv = std::vector<std::string>;

struct EngineCli {
  std::string program = "docker";  // "docker" or "podman"; both take the same words, but for what plan decides

  // The program and these words: argv({"start", "--", name}).
  [[nodiscard]] Argv argv(std::initializer_list<std::string> words) const;
};

// Of the engine that a look found.
[[nodiscard]] EngineCli cli_of(const plan::Engine& engine);

// The first engine that answers, as a look takes it; `wanted` is the config's "engine". Error: the server's, or
// engine_missing when none answers.
[[nodiscard]] Result<EngineCli> find_cli(CommandRunner& server, const std::string& wanted, const std::stop_token& stop);

// Shell text to stand before a command line: an engine may lie where a non-interactive PATH does not look.
inline constexpr const char* k_engine_path = "PATH=$PATH:/usr/local/bin:/usr/bin:/bin:/snap/bin; ";

}  // namespace helper::engine
