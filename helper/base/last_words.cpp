#include "base/last_words.hpp"

#include "base/text.hpp"

namespace helper {
namespace {

constexpr std::size_t k_kept = 2048;
constexpr std::size_t k_shown = 300;

}  // namespace

void LastWords::take(std::string_view piece) {
  text_ += piece;
  if (text_.size() > k_kept) text_.erase(0, text_.size() - k_kept);
}

std::string LastWords::line() const {
  constexpr std::string_view k_blank = " \t\r\n";
  std::string_view text = text_;
  const auto end = text.find_last_not_of(k_blank);
  if (end == std::string_view::npos) return {};
  text = text.substr(0, end + 1);
  const auto newline = text.find_last_of("\r\n");
  if (newline != std::string_view::npos) text.remove_prefix(newline + 1);
  return printable(text.substr(text.find_first_not_of(k_blank)), k_shown);
}

}  // namespace helper
