// The one quoting function: argv in, a line for a POSIX shell out (XCU 2.2.2, single quotes). Nothing else in the tree
// builds shell text from values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace helper::shell {

// One word, quoted only when it needs it, so that what we show a person stays readable.
[[nodiscard]] std::string quote(std::string_view word);
// A whole command: each word quoted, joined by spaces.
[[nodiscard]] std::string quote(const std::vector<std::string>& argv);

// A line that sets the variable `name`, which is a word of ours.
[[nodiscard]] std::string assign(std::string_view name, std::string_view value);

}  // namespace helper::shell
