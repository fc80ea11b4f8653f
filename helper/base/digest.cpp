#include "base/digest.hpp"

#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <array>
#include <openssl/evp.h>
#include <stdexcept>
#include <unistd.h>

namespace helper {
namespace {

// A random UUID: no name of another program equals one of helper's.
constexpr std::string_view k_namespace = "268c4ba0-4573-435d-9e12-c179c4fd0d43";
constexpr std::string_view k_hex_digits = "0123456789abcdef";
constexpr std::size_t k_token_bytes = 32;

}  // namespace

std::string hex(std::string_view bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += k_hex_digits[byte >> 4U];
    text += k_hex_digits[byte & 0xFU];
  }
  return text;
}

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends its text with a zero
  std::string written;
  // Its size is an int.
  constexpr std::size_t k_piece = 3UL << 20U;
  for (std::size_t at = 0; at < bytes.size(); at += k_piece) {
    const auto piece = bytes.substr(at, k_piece);
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(piece.data()), static_cast<int>(piece.size()));
    written.append(text, 0, static_cast<std::size_t>(size));
  }
  return written;
}

std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::size_t k_longest = 1UL << 20U;
  if (text.size() % 4 != 0 || text.size() > k_longest) return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  const auto padding = text.size() - text.find_last_not_of('=') - 1;  // npos + 1 is 0
  if (padding > 2) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

bool is_hex(std::string_view text) { return text.find_first_not_of(k_hex_digits) == std::string_view::npos; }

void Fingerprint::add(std::string_view text) {
  for (const char c : text) mix(static_cast<unsigned char>(c));
  mix(0xff);  // keeps ("ab", "c") and ("a", "bc") apart; 0xff does not occur in UTF-8
}

std::string Fingerprint::hex() const {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(hash_ >> static_cast<unsigned>(shift) & 0xff);
  return helper::hex(bytes);
}

void Fingerprint::mix(unsigned char byte) {
  hash_ ^= byte;
  hash_ *= 0x100000001b3ULL;
}

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
};

void Sha256::Free::operator()(State* state) const {
  EVP_MD_CTX_free(state->context);
  std::default_delete<State>()(state);
}

Sha256::Sha256() : state_(new State) { EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr); }

void Sha256::add(std::string_view bytes) { EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()); }

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned size = 0;
  EVP_DigestFinal_ex(state_->context, sum.data(), &size);
  return helper::hex({reinterpret_cast<const char*>(sum.data()), size});
}

std::string sha256(std::string_view text) {
  Sha256 sum;
  sum.add(text);
  return sum.hex();
}

std::string name_uuid(std::string_view name) { return name_uuid(name, k_namespace); }

std::string name_uuid(std::string_view name, std::string_view name_space) {
  try {
    const boost::uuids::uuid space = boost::uuids::string_generator()(name_space.begin(), name_space.end());
    return boost::uuids::to_string(boost::uuids::name_generator_sha1(space)(name.data(), name.size()));
  } catch (const std::runtime_error&) {
    return {};
  }
}

std::string random_token() {
  std::array<char, k_token_bytes> bytes{};
  // getentropy(3) fails for no request of 256 bytes or fewer on a kernel that has getrandom(2).
  if (::getentropy(bytes.data(), bytes.size()) != 0) return {};
  return hex({bytes.data(), bytes.size()});
}

bool is_token(std::string_view text) { return text.size() == 2 * k_token_bytes && is_hex(text); }

}  // namespace helper
