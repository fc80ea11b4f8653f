// Small questions about characters, which the checks of values share.
#pragma once

#include "base/text.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace helper::config {

inline constexpr std::string_view k_digits = "0123456789";
inline constexpr std::string_view k_lower = "abcdefghijklmnopqrstuvwxyz";
inline constexpr std::string_view k_letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

[[nodiscard]] inline bool all_of(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}
// Few enough digits for 64 bits.
[[nodiscard]] inline bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 18 && all_of(text, k_digits);
}
[[nodiscard]] inline bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
[[nodiscard]] inline bool has_control(std::string_view text) { return std::ranges::any_of(text, is_control); }

// [a-zA-Z0-9][a-zA-Z0-9_.-]*: the engine's rule for names of containers, volumes and runtimes.
[[nodiscard]] inline bool is_engine_name(std::string_view text) {
  const std::string first = std::string(k_letters) + std::string(k_digits);
  return !text.empty() && all_of(text.substr(0, 1), first) && all_of(text, first + "_.-");
}

[[nodiscard]] inline std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

[[nodiscard]] inline Flaw flaw(std::string_view text, const std::string& cause, std::string fix) {
  return Flaw{"\"" + printable(text) + "\" " + cause, std::move(fix)};
}

[[nodiscard]] bool is_ip(std::string_view text);  // IPv4, or IPv6 in brackets

}  // namespace helper::config
