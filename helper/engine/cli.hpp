// The engine's command lines, as argv: what a person could type on the server. Pure.
#pragma once

#include "plan/desired.hpp"
#include "plan/step.hpp"

#include <string>
#include <vector>

namespace helper::engine {

using Argv = std::vector<std::string>;

// docker create …: every flag of the config, the ports of the tunnels on the server's 127.0.0.1 at a port that the
// engine chooses, our labels.
[[nodiscard]] Argv create_argv(const plan::Desired& desired, const plan::CreateContainer& action);

// What `--env-file` reads: NAME=value lines. A value of several lines has no form there and stays in create_argv.
[[nodiscard]] std::string env_file(const config::ContainerConfig& container);

// docker exec as root in the container, without a terminal. `interactive` keeps standard input open.
[[nodiscard]] Argv exec_argv(const std::string& container, const Argv& command, bool interactive);

}  // namespace helper::engine
