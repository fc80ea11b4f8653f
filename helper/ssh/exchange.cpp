#include "ssh/exchange.hpp"

#include "base/digest.hpp"
#include "base/shell.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace helper::ssh {

namespace {

// How many bytes at the end of `text` could be the first bytes of `marker`.
std::size_t open_end(std::string_view text, std::string_view marker) {
  for (std::size_t n = std::min(text.size(), marker.size() - 1); n > 0; --n) {
    if (text.ends_with(marker.substr(0, n))) return n;
  }
  return 0;
}

}  // namespace

// Moves what is held, up to a newline, to `line`; true when the newline was there.
bool MarkerSplitter::take_line(std::string& line) {
  const std::size_t newline = held_.find('\n');
  line += held_.substr(0, newline);
  held_.erase(0, newline == std::string::npos ? newline : newline + 1);
  return newline != std::string::npos;
}

std::string MarkerSplitter::feed(std::string_view piece) {
  held_ += piece;
  std::string output;
  if (place_ == Place::before) {
    const std::size_t at = held_.find(begin_);
    if (at == std::string::npos) {
      held_.erase(0, held_.size() - open_end(held_, begin_));
      return output;
    }
    held_.erase(0, at + begin_.size());
    place_ = Place::heading;
  }
  if (place_ == Place::heading && take_line(heading_)) place_ = Place::inside;
  if (place_ == Place::inside) {
    const std::size_t at = held_.find(end_);
    const std::size_t sure = at == std::string::npos ? held_.size() - open_end(held_, end_) : at;
    output = held_.substr(0, sure);
    held_.erase(0, sure);
    if (at == std::string::npos) return output;
    held_.erase(0, end_.size());
    place_ = Place::trailer;
  }
  if (place_ == Place::trailer && take_line(trailer_)) place_ = Place::after;
  if (place_ == Place::after) held_.clear();
  return output;
}

std::string MarkerSplitter::flush() { return place_ == Place::inside ? std::exchange(held_, {}) : std::string{}; }

std::string random_nonce() {
  constexpr std::size_t k_digits = 32;
  return random_token().substr(0, k_digits);
}

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
