#include "ide/pyproject.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace helper::ide {
namespace {

using Path = std::vector<std::string>;

const Path k_project{"project", "name"};
const Path k_poetry{"tool", "poetry", "name"};

// As much of TOML 1.0 as it takes to know where a value begins and ends. What is no TOML ends the reading: an IDE reads
// nothing in it either.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::string name() {
    while (line()) {
    }
    return poetry_.empty() || !project_.empty() ? project_ : poetry_;
  }

 private:
  [[nodiscard]] bool ended() const { return at_ >= text_.size(); }
  [[nodiscard]] char here() const { return ended() ? '\0' : text_[at_]; }
  bool take(std::string_view what) {
    if (!text_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }
  void blanks() {
    while (here() == ' ' || here() == '\t') ++at_;
  }
  void rest_of_line() { at_ = std::min(text_.find('\n', at_), text_.size()); }
  // Between values of an array, and before a line: line ends and comments, too.
  void space() {
    for (;;) {
      while (!ended() && std::string_view(" \t\r\n").find(here()) != std::string_view::npos) ++at_;
      if (here() != '#') return;
      rest_of_line();
    }
  }

  // False at the end, and where something is wrong.
  bool line() {
    space();
    if (ended()) return false;
    if (take("[")) {
      const bool several = take("[");
      auto path = key();
      if (!path || !take("]") || (several && !take("]"))) return false;
      if (several) path->emplace_back("[]");  // an element of an array: none of its keys is one that is asked for
      table_ = std::move(*path);
      rest_of_line();
      return true;
    }
    return pair(table_);
  }

  // KEY = VALUE, with `table` before the key.
  bool pair(const Path& table) {
    const auto words = key();
    if (!words || !take("=")) return false;
    Path path = table;
    path.insert(path.end(), words->begin(), words->end());
    blanks();
    return value(path);
  }

  std::optional<Path> key() {
    Path path;
    do {
      blanks();
      std::optional<std::string> word;
      if (here() == '"' || here() == '\'') {
        word = text();
      } else {
        const std::size_t begin = at_;
        while (bare(here())) ++at_;
        if (at_ > begin) word = std::string(text_.substr(begin, at_ - begin));
      }
      if (!word) return std::nullopt;
      path.push_back(std::move(*word));
      blanks();
    } while (take("."));
    return path;
  }

  static bool bare(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  }

  bool value(const Path& path) {
    if (here() == '"' || here() == '\'') {
      const auto said = text();
      if (said && path == k_project) project_ = *said;
      if (said && path == k_poetry) poetry_ = *said;
      return said.has_value();
    }
    if (take("[")) return list(path);
    if (take("{")) return table(path);
    while (!ended() && std::string_view(",]}#\n").find(here()) == std::string_view::npos) ++at_;
    return true;
  }

  bool list(const Path& path) {
    if (++depth_ > k_deepest) return false;
    Path inner = path;
    inner.emplace_back("[]");
    for (;;) {
      space();
      if (take("]")) break;
      if (ended() || !value(inner)) return false;
      space();
      if (!take(",") && here() != ']') return false;
    }
    --depth_;
    return true;
  }

  bool table(const Path& path) {
    if (++depth_ > k_deepest) return false;
    for (;;) {
      space();
      if (take("}")) break;
      if (ended() || !pair(path)) return false;
      space();
      if (!take(",") && here() != '}') return false;
    }
    --depth_;
    return true;
  }

  // A string of any of the four kinds. Escapes other than of quotes and backslashes are no part of a name: they are
  // kept as they are written, and such a name is not taken.
  std::optional<std::string> text() {
    const char quote = here();
    const std::string triple(3, quote);
    const bool long_one = take(triple);
    if (!long_one) ++at_;
    std::string out;
    for (; !ended(); ++at_) {
      if (long_one ? take(triple) : take({&quote, 1})) return out;
      if (!long_one && here() == '\n') return std::nullopt;
      if (quote == '"' && here() == '\\') {
        ++at_;
        if (here() != '"' && here() != '\\') out += '\\';
      }
      out += here();
    }
    return std::nullopt;
  }

  static constexpr int k_deepest = 64;
  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  Path table_;
  std::string project_;
  std::string poetry_;
};

// PyCharm makes a file of that name; this is what PEP 621 lets names be, and some more.
bool can_be_file(std::string_view name) {
  return !name.empty() && name.size() <= 200 && name.front() != '.' && std::ranges::all_of(name, [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F &&
           std::string_view("/\\:*?\"<>|$").find(c) == std::string_view::npos;
  });
}

}  // namespace

std::string pyproject_name(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::string name = Reader(text).name();
  return can_be_file(name) ? name : std::string();
}

}  // namespace helper::ide
