// Text as it is shown to people: the nearest known word to a mistyped one, and foreign text made harmless;
// and what must be known of foreign text before it is parsed.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace helper {

// The candidate that a person most likely meant: least Damerau-Levenshtein distance (upper and lower case alike), at
// most a third of the word's length. Nothing for words above 64 bytes, which nobody typed by hand.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      std::span<const std::string_view> candidates);

// `text` on one line for a terminal: control characters and bytes that are not UTF-8 become \n, \t, \x1b; what passes
// `limit` bytes becomes "...". Always valid UTF-8.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 80);

// One character of UTF-8 text. `valid` is false for a byte that begins no well-formed one: `code` is that byte then.
struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;
  bool valid = false;
};
// The first one of `text`, which is not empty.
[[nodiscard]] Character next_character(std::string_view text);
// What moves the cursor, ends a line or reorders what is around it: Unicode's controls, formats and separators of
// lines.
[[nodiscard]] bool steers_a_terminal(char32_t code);
// Columns on a terminal (utf8proc): East Asian wide characters and emoji take two, combining marks none.
[[nodiscard]] int display_width(std::string_view text);

// Where the first byte is that is not part of well-formed UTF-8 (Unicode 15, table 3-7); npos when all is well.
[[nodiscard]] std::size_t find_bad_utf8(std::string_view text);

// Whether more than `depth` brackets of the JSON text are open at one place. It knows only where a
// JSON string ends: a parser finds what else is wrong.
[[nodiscard]] bool nests_deeper_than(int depth, std::string_view json);

[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
// A to Z become a to z; other bytes stay as they are.
[[nodiscard]] std::string lower_case(std::string_view text);
// No control character is in it; bytes above 127 are not looked at.
[[nodiscard]] bool is_printable(std::string_view text);
// Without the blanks and line ends after it.
[[nodiscard]] std::string trimmed(std::string text);
// The words with `between` from one to the next.
[[nodiscard]] std::string joined(std::span<const std::string> words, std::string_view between = ", ");

}  // namespace helper
