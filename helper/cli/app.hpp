// The command from its arguments to its exit status: parse, run the verb, show its error.
#pragma once

#include <string>
#include <vector>

namespace helper::cli {

// Exit statuses: 0, or that of the error's row in the catalogue. Writes to the standard outputs of this process.
[[nodiscard]] int run(const std::vector<std::string>& words);

}  // namespace helper::cli
