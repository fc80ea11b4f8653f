// become() gives this process's place to another program: its exit status is then ours, and the terminal is its own.
#pragma once

#include "base/result.hpp"

#include <string>
#include <vector>

namespace helper::cli {

// Returns only when it failed. argv[0] is looked up on PATH. Error: server_command.
[[nodiscard]] Result<int> become(const std::vector<std::string>& argv);

}  // namespace helper::cli
