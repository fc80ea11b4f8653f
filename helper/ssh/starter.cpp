#include "ssh/starter.hpp"

#include "base/shell.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace helper::ssh {
namespace {

bool is_plain(char c) { return c >= ' ' && c < 0x7f; }

// For printf %b (POSIX, XCU printf): \\ is a backslash, \0ooo a byte.
std::string for_printf(std::string_view script) {
  std::string text;
  for (const char c : script) {
    if (c == '\\') {
      text += "\\\\";
    } else if (is_plain(c)) {
      text += c;
    } else {
      text += fmt::format("\\0{:03o}", static_cast<unsigned char>(c));
    }
  }
  return text;
}

// `read` takes one line, and a shell may keep some of the bytes above 126 for its own marks.
std::string as_one_line(std::string_view script) {
  if (std::ranges::all_of(script, is_plain)) return std::string(script) + "\n";
  return "eval \"$(printf %b " + shell::quote(for_printf(script)) + ")\"\n";
}

}  // namespace

Starter starter(std::string_view script, const std::string& nonce) {
  Starter made;
  made.marker = "helper-begin-" + nonce;
  // Quoted so that sh, fish and csh all read the same: nothing in it is a quote, a backslash or an exclamation mark.
  made.exec = "exec sh -c 'echo " + made.marker + " $$; echo " + made.marker +
              " >&2; IFS= read -r helper_line; eval \"$helper_line\"'";
  made.line = as_one_line(script);
  return made;
}

}  // namespace helper::ssh
