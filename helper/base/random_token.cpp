#include "base/random_token.hpp"

#include <fmt/format.h>

#include <array>
#include <unistd.h>

namespace helper {
namespace {

constexpr std::size_t k_token_bytes = 32;

}  // namespace

std::string random_token() {
  std::array<unsigned char, k_token_bytes> bytes{};
  // getentropy(3) fails for no request of 256 bytes or fewer on a kernel that has getrandom(2).
  if (::getentropy(bytes.data(), bytes.size()) != 0) return {};
  std::string token;
  for (const unsigned char byte : bytes) token += fmt::format("{:02x}", byte);
  return token;
}

bool is_token(std::string_view text) {
  return text.size() == 2 * k_token_bytes && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace helper
