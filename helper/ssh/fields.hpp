// How SSH writes numbers and texts on the wire (RFC 4251, section 5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace helper::ssh {

inline std::string u32_field(std::size_t value) {
  std::string out(4, '\0');
  for (int i = 3; i >= 0; --i, value >>= 8) out[static_cast<std::size_t>(i)] = static_cast<char>(value & 0xff);
  return out;
}

inline std::string string_field(std::string_view bytes) { return u32_field(bytes.size()) + std::string(bytes); }

// Each takes its field off the front of `bytes`; nullopt when there is none.
template <class Number>
std::optional<Number> take_number(std::string_view& bytes) {
  if (bytes.size() < sizeof(Number)) return std::nullopt;
  Number value = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    value = static_cast<Number>(value << 8 | static_cast<unsigned char>(bytes[i]));
  bytes.remove_prefix(sizeof(Number));
  return value;
}

inline std::optional<std::string> take_string(std::string_view& bytes) {
  const auto size = take_number<std::uint32_t>(bytes);
  if (!size || *size > bytes.size()) return std::nullopt;
  std::string out(bytes.substr(0, *size));
  bytes.remove_prefix(*size);
  return out;
}

}  // namespace helper::ssh
