#include "cli/render/text.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace helper::cli {
namespace {

void append_character(std::string& out, std::string_view text, const Character& c, bool utf8) {
  if (!c.valid) {
    out += fmt::format("\\x{:02x}", static_cast<unsigned>(c.code));
  } else if (steers_a_terminal(c.code) || (!utf8 && c.code > 0x7e)) {
    out += c.code < 0x80 ? fmt::format("\\x{:02x}", static_cast<unsigned>(c.code))
                         : fmt::format("\\u{{{:x}}}", static_cast<unsigned>(c.code));
  } else {
    out += text.substr(0, c.bytes);
  }
}

// The length of an ESC [ digits and semicolons m at the start of the text; 0 when there is none.
std::size_t colour_sequence(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const auto end = text.find_first_not_of("0123456789;", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

}  // namespace

std::string safe_line(std::string_view text, bool utf8) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character c = next_character(text);
    append_character(out, text, c, utf8);
    text.remove_prefix(c.bytes);
  }
  return out;
}

std::string safe_block(std::string_view text, bool utf8) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Character c = next_character(text);
    if (const std::size_t colour = colour_sequence(text); colour > 0) {
      text.remove_prefix(colour);
      continue;
    }
    if (c.code == '\n' || c.code == '\t') {
      out += text.front();
    } else if (c.code == '\r') {
      // A progress bar goes back to the start of its line; shown below one another, its states stay readable.
      if (text.size() > 1 && text[1] != '\n') out += '\n';
    } else {
      append_character(out, text, c, utf8);
    }
    text.remove_prefix(c.bytes);
  }
  return out;
}

std::string fit(std::string_view text, int columns, bool utf8) {
  if (display_width(text) <= columns) return std::string(text);
  const std::string_view ellipsis = utf8 ? "…" : "~";
  std::string out;
  int width = 0;
  while (!text.empty()) {
    const Character c = next_character(text);
    const int its_width = display_width(text.substr(0, c.bytes));
    if (width + its_width > columns - 1) break;
    width += its_width;
    out += text.substr(0, c.bytes);
    text.remove_prefix(c.bytes);
  }
  if (columns > 0) out += ellipsis;
  return out;
}

std::string pad(std::string_view text, int columns) {
  const int missing = std::max(0, columns - display_width(text));
  return std::string(text) + std::string(static_cast<std::size_t>(missing), ' ');
}

std::string prefixed(std::string_view prefix, std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
    if (text.front() != '\n') out += prefix;
    out += text.substr(0, end);
    text.remove_prefix(end);
  }
  return out;
}

std::string human(Milliseconds duration) {
  const std::int64_t ms = std::max<std::int64_t>(0, duration.count());
  if (ms < 100) return fmt::format("{} ms", ms);
  if (ms < 9'950) return fmt::format("{:.1f} s", static_cast<double>(ms) / 1000.0);
  const std::int64_t seconds = (ms + 500) / 1000;
  if (seconds < 60) return fmt::format("{} s", seconds);
  return fmt::format("{} min {} s", seconds / 60, seconds % 60);
}

std::string counted(std::size_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

}  // namespace helper::cli
