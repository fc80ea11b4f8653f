#include "cli/render/style.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace helper::cli {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::string locale_name() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (std::string value = environment(name); !value.empty()) return value;
  }
  return {};
}

bool names_utf8(std::string_view text) {
  const std::string locale = lower_case(text);
  return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
}

std::string_view code(Paint colour) {
  switch (colour) {
    case Paint::bold:
      return "\x1b[1m";
    case Paint::dim:
      return "\x1b[2m";
    case Paint::green:
      return "\x1b[32m";
    case Paint::red:
      return "\x1b[31m";
    case Paint::yellow:
      return "\x1b[33m";
    case Paint::plain:
      break;
  }
  return {};
}

}  // namespace

Style choose_style(const OutputFacts& facts) {
  Style style;
  const bool escapes = facts.is_terminal && !facts.term.empty() && facts.term != "dumb";
  style.color = escapes && facts.no_color.empty() && !facts.no_color_option;
  style.live = style.color;
  style.utf8 = names_utf8(facts.locale);
  if (facts.is_terminal && facts.columns > 0) style.width = std::clamp(facts.columns, 20, 500);
  return style;
}

Style read_style(int fd, bool no_color_option) {
  OutputFacts facts;
  facts.is_terminal = ::isatty(fd) == 1;
  winsize size{};
  if (facts.is_terminal && ::ioctl(fd, TIOCGWINSZ, &size) == 0) facts.columns = size.ws_col;
  facts.term = environment("TERM");
  facts.no_color = environment("NO_COLOR");
  facts.no_color_option = no_color_option;
  facts.locale = locale_name();
  return choose_style(facts);
}

std::string paint(const Style& style, Paint colour, std::string_view text) {
  if (!style.color || colour == Paint::plain || text.empty()) return std::string(text);
  return std::string(code(colour)) + std::string(text) + "\x1b[0m";
}

}  // namespace helper::cli
