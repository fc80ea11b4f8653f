#include "ide/parameters.hpp"

namespace helper::ide {
namespace {

constexpr std::string_view k_space = " \t\r\n\f\v";

// A backslash before a quote would escape it, so those at the end of a quoted word stand behind the quotes.
std::string quoted(std::string_view argument) {
  std::string text;
  for (const char c : argument) {
    if (c == '"') text += '\\';
    text += c;
  }
  if (argument.empty()) return "\"\"";
  if (argument.find_first_of(k_space) == std::string_view::npos) return text;
  const std::size_t body = text.find_last_not_of('\\') + 1;
  return "\"" + text.substr(0, body) + "\"" + text.substr(body);
}

}  // namespace

std::string join_parameters(const std::vector<std::string>& arguments) {
  std::string line;
  for (const std::string& argument : arguments) {
    if (!line.empty()) line += ' ';
    line += quoted(argument);
  }
  return line;
}

}  // namespace helper::ide
