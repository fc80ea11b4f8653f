// The ready line is the one line that a daemon writes to the program that starts it: "ready", or the error as JSON.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace helper::rpc {

[[nodiscard]] std::string ready_line(const Result<void>& outcome);
[[nodiscard]] Result<void> parse_ready_line(std::string_view line);

}  // namespace helper::rpc
