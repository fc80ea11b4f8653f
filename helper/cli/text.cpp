#include "cli/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace helper::cli {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;
  bool valid = false;
};

// Unicode 15, table 3-7: shortest forms only, no surrogates, nothing above U+10FFFF.
Character next_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {lead, 1, false};
  char32_t code = lead & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {lead, 1, false};
    code = (code << 6) | (byte(i) & 0x3fu);
  }
  constexpr std::array<char32_t, 5> k_smallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < k_smallest.at(length) || surrogate || code > 0x10ffff) return {lead, 1, false};
  return {code, length, true};
}

struct Range {
  char32_t first;
  char32_t last;
};

bool in(const Range& range, char32_t code) { return code >= range.first && code <= range.last; }

template <std::size_t N>
bool in_any(const std::array<Range, N>& ranges, char32_t code) {
  return std::ranges::any_of(ranges, [&](const Range& range) { return in(range, code); });
}

// C0, DEL and C1, then what reorders or ends a line: marks, separators, embeddings, isolates, the byte order mark.
bool steers_a_terminal(char32_t code) {
  constexpr std::array k_ranges{Range{0x00, 0x1f},     Range{0x7f, 0x9f},      Range{0x61c, 0x61c},
                                Range{0x200b, 0x200f}, Range{0x2028, 0x202e},  Range{0x2060, 0x206f},
                                Range{0xfeff, 0xfeff}, Range{0xe0000, 0xe007f}};
  return in_any(k_ranges, code);
}

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

int width_of(char32_t code) {
  // The blocks that matter from EastAsianWidth.txt (W and F) and the emoji planes; good to a column for what we show.
  constexpr std::array k_wide{Range{0x1100, 0x115f},  Range{0x2e80, 0x303e}, Range{0x3041, 0xa4cf},
                              Range{0xac00, 0xd7a3},  Range{0xf900, 0xfaff}, Range{0xfe30, 0xfe6f},
                              Range{0xff00, 0xff60},  Range{0xffe0, 0xffe6}, Range{0x1f300, 0x1faff},
                              Range{0x20000, 0x3fffd}};
  constexpr std::array k_none{Range{0x300, 0x36f}, Range{0xfe00, 0xfe0f}, Range{0x20d0, 0x20ff}};
  if (in_any(k_none, code)) return 0;
  return in_any(k_wide, code) ? 2 : 1;
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

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const Character c = next_character(text);
    width += width_of(c.code);
    text.remove_prefix(c.bytes);
  }
  return width;
}

std::string fit(std::string_view text, int columns, bool utf8) {
  if (display_width(text) <= columns) return std::string(text);
  const std::string_view ellipsis = utf8 ? "…" : "~";
  std::string out;
  int width = 0;
  while (!text.empty()) {
    const Character c = next_character(text);
    if (width + width_of(c.code) > columns - 1) break;
    width += width_of(c.code);
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
