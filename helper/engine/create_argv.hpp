// The engine's command lines, as argv: what a person could type on the server. Pure.
#pragma once

#include "engine/engine_cli.hpp"
#include "plan/desired.hpp"
#include "plan/step.hpp"

#include <string>
#include <vector>

namespace helper::engine {

// docker create …: every flag of the config, the ports of the tunnels on the server's 127.0.0.1 at a port that the
// engine chooses, our labels.
[[nodiscard]] Argv create_argv(const EngineCli& cli, const plan::Desired& desired, const plan::CreateContainer& action);

// What `--env-file` reads: NAME=value lines, of the values that fit on a line.
[[nodiscard]] std::string env_file(const config::ContainerConfig& container);

// Values of several lines have no form there. docker takes them from its own environment (`--env NAME`), where this
// shell text puts them: it reads each from a line of standard input, so that none is ever part of a command line.
[[nodiscard]] std::string env_exports(const config::ContainerConfig& container);

// The standard input of env_exports and `docker create` together.
[[nodiscard]] std::string env_input(const config::ContainerConfig& container);

}  // namespace helper::engine
