#include "rpc/server/guard.hpp"

#include <algorithm>
#include <charconv>
#include <openssl/crypto.h>

namespace helper::rpc {
namespace {

constexpr std::string_view k_bearer = "Bearer ";

const std::string* find_header(const RequestHead& head, const char* name) {
  const auto it = head.headers.find(name);
  return it == head.headers.end() ? nullptr : &it->second;
}

// In constant time for texts of one length; the length of our token is no secret.
bool same_secret(std::string_view one, std::string_view other) {
  return one.size() == other.size() && ::CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

bool is_authorized(const RequestHead& head, const std::string& token) {
  const std::string* value = find_header(head, "authorization");
  return value != nullptr && value->starts_with(k_bearer) &&
         same_secret(std::string_view(*value).substr(k_bearer.size()), token);
}

// The media type without its parameters, in lower case.
std::string media_type(std::string_view value) {
  std::string type(value.substr(0, value.find(';')));
  type.erase(type.find_last_not_of(" \t") + 1);
  type.erase(0, type.find_first_not_of(" \t"));
  std::ranges::transform(type, type.begin(), [](unsigned char c) {
    return c < 0x80 && c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
  });
  return type;
}

std::optional<Refusal> check_length(const RequestHead& head, std::uint64_t max_body) {
  if (find_header(head, "transfer-encoding") != nullptr)
    return Refusal{411, "a body must come with its Content-Length, not in chunks"};
  const std::string* value = find_header(head, "content-length");
  if (value == nullptr) return Refusal{411, "Content-Length is missing"};
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), length);
  const bool whole = end == value->data() + value->size() && !value->empty();
  if (error == std::errc::result_out_of_range && whole) return Refusal{413, "the body is too large"};
  if (error != std::errc() || !whole) return Refusal{400, "Content-Length is not a number"};
  if (length > max_body) return Refusal{413, "the body is larger than " + std::to_string(max_body) + " bytes"};
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> check_head(const RequestHead& head, const Admission& admission) {
  if (head.method != "POST") return Refusal{405, "only POST is answered"};
  if (head.target != "/") return Refusal{404, "only / is answered"};
  const std::string* host = find_header(head, "host");
  const std::string port = ":" + std::to_string(admission.port);
  // A page that points its own name at 127.0.0.1 is betrayed by the Host that the browser sends.
  if (host == nullptr || (*host != "127.0.0.1" + port && *host != "localhost" + port))
    return Refusal{403, "the Host is not this daemon"};
  for (const char* name : {"origin", "referer"}) {
    if (find_header(head, name) != nullptr)
      return Refusal{403, std::string("requests of web pages are refused (") + name + ")"};
  }
  if (!is_authorized(head, admission.token)) return Refusal{401, "the bearer token is missing or wrong"};
  const std::string* type = find_header(head, "content-type");
  if (type == nullptr || media_type(*type) != "application/json")
    return Refusal{415, "Content-Type must be application/json"};
  return check_length(head, admission.max_body);
}

bool wants_stream(const RequestHead& head) {
  const std::string* accept = find_header(head, "accept");
  if (accept == nullptr) return false;
  for (std::string_view rest = *accept; !rest.empty();) {
    const std::string_view one = rest.substr(0, rest.find(','));
    if (media_type(one) == "application/x-ndjson") return true;
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
  }
  return false;
}

}  // namespace helper::rpc
