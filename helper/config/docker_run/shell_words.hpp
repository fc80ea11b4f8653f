// ShellWord is a word of a command line as a POSIX shell reads it, with what the shell would replace still marked.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace helper::config {

struct ShellPiece {
  enum class Kind {
    text,      // as it is
    folder,    // the folder where the command is typed: $PWD, $(pwd)
    home,      // the home folder of who types it: ~, $HOME
    variable,  // another variable: $DATA, ${DATA:-x}, $1, $@
    command,   // the output of a command: $(id -u)
  };
  Kind kind = Kind::text;
  std::string text;  // the text itself; of all others what was written: "$(id -u)"
  std::string name;  // of a variable: "DATA"; of a command: "id -u"
  friend bool operator==(const ShellPiece&, const ShellPiece&) = default;
};

struct ShellWord {
  std::vector<ShellPiece> pieces;  // no two texts side by side; none for ""
  int line = 1;                    // where it begins, counted from 1
  bool is_quoted = false;          // some of it was in quotes: it stays a word when nothing is in it
};

// The words of the one command that `text` is. Pure: nothing is run, and nothing is replaced. A prompt ("$ ") before
// it, comments, and one ';' or '&' at its end are left out. Errors: usage, for text that is too long, not UTF-8 or has
// a NUL byte, for a quote that is not closed, for a second command, a pipe or a redirection, and for typographic quotes
// and dashes, which web pages make of plain ones.
[[nodiscard]] Result<std::vector<ShellWord>> shell_words(std::string_view text);

// The word as it was written, without quotes.
[[nodiscard]] std::string as_written(const ShellWord& word);

}  // namespace helper::config
