#include "base/shell.hpp"

#include <algorithm>

namespace helper::shell {
namespace {

bool is_plain(char c) {
  constexpr std::string_view k_plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,@%+=";
  return k_plain.find(c) != std::string_view::npos;
}

}  // namespace

std::string quote(std::string_view word) {
  // '=' is plain only after the first character of an option or path; "A=b" as a first word would be an assignment.
  if (!word.empty() && std::ranges::all_of(word, is_plain) &&
      (word.find('=') == std::string_view::npos || word.front() == '-')) {
    return std::string(word);
  }
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string quote(const std::vector<std::string>& argv) {
  std::string line;
  for (const auto& word : argv) {
    if (!line.empty()) line += ' ';
    line += quote(word);
  }
  return line;
}

std::string assign(std::string_view name, std::string_view value) {
  return std::string(name) + "=" + quote(value) + "\n";
}

}  // namespace helper::shell
