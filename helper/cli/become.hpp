// become() replaces this process by another program: its exit status is then ours, and it has the terminal.
#pragma once

#include "base/result.hpp"

#include <string>
#include <vector>

namespace helper::cli {

// Returns only when it failed. argv[0] is looked up on PATH. Error: server_command.
[[nodiscard]] Result<int> become(const std::vector<std::string>& argv);

// The path of the program that runs, for what calls it again: a daemon beside it, a line of ssh_config.

// Absolute. Error: internal, where the system does not say it.
[[nodiscard]] Result<std::string> own_program();

}  // namespace helper::cli
