// What a process of this machine runs: the one place that knows how each system tells it.
#pragma once

#include <optional>
#include <string>

namespace helper::settings {

// Its words joined by spaces; "" when the system does not tell; nullopt when no such process runs (a zombie does not).
[[nodiscard]] std::optional<std::string> command_line(int pid);

}  // namespace helper::settings
