// The path of the program that runs, for what calls it again: a daemon beside it, a line of ssh_config.
#pragma once

#include "base/result.hpp"

#include <string>

namespace helper::cli {

// Absolute. Error: internal, where the system does not tell.
[[nodiscard]] Result<std::string> own_program();

}  // namespace helper::cli
