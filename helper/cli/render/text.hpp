// What makes any bytes safe to show: control characters made visible, widths counted, durations said for people.
#pragma once

#include "base/clock.hpp"

#include <string>
#include <string_view>

namespace helper::cli {

// One line that cannot control a terminal, for text that a server, a container or a file handed us: control
// characters (C0, DEL, C1), line separators, bidirectional overrides and bytes that are not UTF-8 become \xNN or \u{N}.
// Without `utf8` every character beyond ASCII does: a terminal that reads single bytes takes some for control codes.
[[nodiscard]] std::string safe_line(std::string_view text, bool utf8);

// The same for many lines: line ends and tabs stay, colour sequences (ESC [ ... m) are dropped.
[[nodiscard]] std::string safe_block(std::string_view text, bool utf8);

// The text cut to at most `columns`, an ellipsis in the last one when something was cut.
[[nodiscard]] std::string fit(std::string_view text, int columns, bool utf8);

// The text with spaces behind it up to `columns`.
[[nodiscard]] std::string pad(std::string_view text, int columns);

// Each line of the text with the prefix before it; empty lines stay empty.
[[nodiscard]] std::string prefixed(std::string_view prefix, std::string_view text);

// "38 ms", "0.7 s", "12 s", "3 min 5 s".
[[nodiscard]] std::string human(Milliseconds duration);

// "1 step", "3 steps".
[[nodiscard]] std::string counted(std::size_t number, std::string_view noun);

}  // namespace helper::cli
