// Fingerprint is a short text that changes whenever one of many values does.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace helper {

// FNV-1a, 64 bit (http://www.isthe.com/chongo/tech/comp/fnv/): a fingerprint that notices edits, not a defence.
class Fingerprint {
 public:
  void add(std::string_view text) {
    for (const char c : text) mix(static_cast<unsigned char>(c));
    mix(0xff);  // keeps ("ab", "c") and ("a", "bc") apart; 0xff does not occur in UTF-8
  }
  [[nodiscard]] std::string hex() const {
    constexpr std::string_view k_digits = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += k_digits[(hash_ >> shift) & 0xf];
    return text;
  }

 private:
  void mix(unsigned char byte) {
    hash_ ^= byte;
    hash_ *= 0x100000001b3ULL;
  }
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

}  // namespace helper
