#include "ssh/markers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>

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
  std::random_device source;  // libstdc++ on Linux: the kernel's or the CPU's generator
  std::string text;
  for (int i = 0; i < 4; ++i) text += fmt::format("{:08x}", static_cast<std::uint32_t>(source()));
  return text;
}

}  // namespace helper::ssh
