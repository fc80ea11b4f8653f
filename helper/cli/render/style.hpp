// Style is how text may look on one output: colours, the live line, characters beyond ASCII, columns.
#pragma once

#include <string>
#include <string_view>

namespace helper::cli {

struct Style {
  bool color = false;
  bool live = false;  // a line may be drawn over: a terminal that knows escape sequences
  bool utf8 = false;
  int width = 80;  // columns; 80 where there is no terminal
  friend bool operator==(const Style&, const Style&) = default;
};

// What the decision needs to know; read_style() gathers it.
struct OutputFacts {
  bool is_terminal = false;
  int columns = 0;       // 0 = unknown
  std::string term;      // $TERM
  std::string no_color;  // $NO_COLOR (https://no-color.org: any text that is not empty)
  bool no_color_option = false;
  std::string locale;  // the first of $LC_ALL, $LC_CTYPE, $LANG that is not empty (POSIX 8.2)
};

[[nodiscard]] Style choose_style(const OutputFacts& facts);

// The style of an open descriptor, from the environment and the terminal.
[[nodiscard]] Style read_style(int fd, bool no_color_option);

enum class Paint { plain, bold, dim, green, red, yellow };

// The text in that colour, or the text itself where colours are off.
[[nodiscard]] std::string paint(const Style& style, Paint colour, std::string_view text);

}  // namespace helper::cli
