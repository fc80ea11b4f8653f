// Digests and names made from bytes: a fingerprint that notices edits, SHA-256, a UUID of a name, a random token.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace helper {

// The bytes as lower case hexadecimal digits, two for each.
[[nodiscard]] std::string hex(std::string_view bytes);
// RFC 4648, with padding, on one line.
[[nodiscard]] std::string base64(std::string_view bytes);
// The bytes; nullopt for what is not complete base64.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);
// The text has hexadecimal digits in lower case, and nothing else.
[[nodiscard]] bool is_hex(std::string_view text);

// A short text (16 digits) that changes whenever one of many values does. FNV-1a, 64 bit
// (http://www.isthe.com/chongo/tech/comp/fnv/): it notices edits, and is no protection.
class Fingerprint {
 public:
  void add(std::string_view text);
  [[nodiscard]] std::string hex() const;

 private:
  void mix(unsigned char byte);
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

// SHA-256 (FIPS 180-4) of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  void add(std::string_view bytes);
  // 64 hexadecimal digits. Once; nothing may be added afterwards.
  [[nodiscard]] std::string hex();

 private:
  struct State;
  struct Free {
    void operator()(State* state) const;
  };
  std::unique_ptr<State, Free> state_;
};
[[nodiscard]] std::string sha256(std::string_view text);

// A name's UUID is the same on every machine and in every run: RFC 9562, version 5 (SHA-1), in helper's own namespace.
// 36 characters, lower case.
[[nodiscard]] std::string name_uuid(std::string_view name);
// The same in another namespace, itself a UUID's text; "" when it is not one.
[[nodiscard]] std::string name_uuid(std::string_view name, std::string_view name_space);

// A secret that cannot be guessed: 256 bits from the system as 64 hexadecimal digits; "" when the system gives none.
[[nodiscard]] std::string random_token();
// Whether this is the text of such a token.
[[nodiscard]] bool is_token(std::string_view text);

}  // namespace helper
