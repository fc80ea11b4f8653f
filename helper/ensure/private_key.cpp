#include "ensure/private_key.hpp"

#include <cctype>
#include <cstdint>
#include <sys/stat.h>
#include <unistd.h>

namespace helper::ensure {
namespace {

constexpr std::string_view k_begin = "-----BEGIN OPENSSH PRIVATE KEY-----";
constexpr std::string_view k_end = "-----END";
constexpr std::string_view k_magic("openssh-key-v1\0", 15);
constexpr std::string_view k_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string decoded(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) != 0) continue;
    const auto digit = k_digits.find(c);
    if (digit == std::string_view::npos) break;
    bits = bits << 6U | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xffU);
  }
  return bytes;
}

std::string encoded(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t at) {
      return at < bytes.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at])) : 0U;
    };
    const std::uint32_t bits = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
    for (unsigned n = 0; n < 4; ++n) text += i + n > bytes.size() ? '=' : k_digits[bits >> (18U - 6U * n) & 0x3fU];
  }
  return text;
}

// A string of RFC 4251, section 5, taken off the front; nullopt when the bytes end before it does.
std::optional<std::string_view> take_string(std::string_view& bytes) {
  if (bytes.size() < 4) return std::nullopt;
  std::size_t length = 0;
  for (int i = 0; i < 4; ++i) length = length << 8U | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
  bytes.remove_prefix(4);
  if (length > bytes.size()) return std::nullopt;
  const auto taken = bytes.substr(0, length);
  bytes.remove_prefix(length);
  return taken;
}

}  // namespace

PrivateKeyFacts read_private_key(std::string_view text) {
  PrivateKeyFacts facts;
  const auto begin = text.find(k_begin);
  if (begin == std::string_view::npos) {
    facts.has_passphrase = text.find("BEGIN ENCRYPTED PRIVATE KEY") != std::string_view::npos ||
                           text.find("Proc-Type: 4,ENCRYPTED") != std::string_view::npos;
    return facts;
  }
  text.remove_prefix(begin + k_begin.size());
  const std::string bytes = decoded(text.substr(0, text.find(k_end)));
  std::string_view rest = bytes;
  if (!rest.starts_with(k_magic)) return facts;
  rest.remove_prefix(k_magic.size());
  const auto cipher = take_string(rest);
  const auto kdf = take_string(rest);
  const auto options = take_string(rest);
  if (!cipher || !kdf || !options || rest.size() < 4) return facts;
  facts.has_passphrase = *cipher != "none";
  rest.remove_prefix(4);  // the number of keys, which is 1
  if (const auto half = take_string(rest); half && !half->empty()) facts.public_half = encoded(*half);
  return facts;
}

bool is_open_to_others(const std::string& file) {
  struct stat about {};
  return ::stat(file.c_str(), &about) == 0 && about.st_uid == ::getuid() && (about.st_mode & 077U) != 0;
}

}  // namespace helper::ensure
