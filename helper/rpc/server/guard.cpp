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

// "localhost" or "127.0.0.1", each with the port, which may be absent or any where no port was used.
bool is_our_host(std::string_view host, const Admission& admission) {
  const auto colon = host.rfind(':');
  const std::string_view name = host.substr(0, colon);
  if (name != "127.0.0.1" && name != "localhost") return false;
  if (admission.peer_is_known) {
    const std::string_view port = colon == std::string_view::npos ? "0" : host.substr(colon + 1);
    return !port.empty() && port.find_first_not_of("0123456789") == std::string_view::npos;
  }
  return colon != std::string_view::npos && host.substr(colon + 1) == std::to_string(admission.port);
}

// Whether a list of words ("close, TE") holds this one.
bool has_word(const RequestHead& head, const char* name, std::string_view word) {
  const std::string* value = find_header(head, name);
  if (value == nullptr) return false;
  for (std::string_view rest = *value; !rest.empty();) {
    const std::string_view one = rest.substr(0, rest.find(','));
    if (media_type(one) == word) return true;
    rest.remove_prefix(std::min(one.size() + 1, rest.size()));
  }
  return false;
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
  // A page that points its own name at 127.0.0.1 is detected by the Host that the browser sends.
  if (host == nullptr || !is_our_host(*host, admission)) return Refusal{403, "the Host is not this daemon"};
  for (const char* name : {"origin", "referer"}) {
    if (find_header(head, name) != nullptr)
      return Refusal{403, std::string("requests of web pages are refused (") + name + ")"};
  }
  if (!admission.peer_is_known && !is_authorized(head, admission.token))
    return Refusal{401, "the bearer token is missing or wrong"};
  const std::string* type = find_header(head, "content-type");
  if (type == nullptr || media_type(*type) != "application/json")
    return Refusal{415, "Content-Type must be application/json"};
  if (auto refusal = check_length(head, admission.max_body)) return refusal;
  if (find_header(head, "expect") != nullptr && !wants_continue(head))
    return Refusal{417, "the only expectation that is met is 100-continue"};
  return std::nullopt;
}

std::uint64_t body_length(const RequestHead& head) {
  const std::string* value = find_header(head, "content-length");
  std::uint64_t length = 0;
  if (value != nullptr) std::from_chars(value->data(), value->data() + value->size(), length);
  return length;
}

bool wants_continue(const RequestHead& head) {
  const std::string* value = find_header(head, "expect");
  return value != nullptr && head.minor_version > 0 && media_type(*value) == "100-continue";
}

bool wants_close(const RequestHead& head) { return head.minor_version == 0 || has_word(head, "connection", "close"); }

bool wants_stream(const RequestHead& head) {
  return head.minor_version > 0 && has_word(head, "accept", "application/x-ndjson");
}

}  // namespace helper::rpc
