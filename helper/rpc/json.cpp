#include "rpc/json.hpp"

#include <cstddef>

namespace helper::rpc {
namespace {

// Whether more brackets are open at one place than may be. Of JSON it knows no more than where a string ends: what is
// wrong otherwise is left to the parser.
bool is_too_deep(std::string_view bytes) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char byte = bytes[i];
    if (in_string) {
      if (byte == '\\') ++i;
      if (byte == '"') in_string = false;
    } else if (byte == '"') {
      in_string = true;
    } else if (byte == '[' || byte == '{') {
      if (++depth > k_max_depth) return true;
    } else if (byte == ']' || byte == '}') {
      --depth;
    }
  }
  return false;
}

}  // namespace

// The depth is not left to a callback of nlohmann's parser: with one, it walks over a whole array at the end of each
// element, and a body of 8 MiB takes minutes.
Result<Json> parse_json(std::string_view bytes) {
  if (is_too_deep(bytes))
    return fail(ErrorCode::rpc_parse, "request",
                "it is nested more than " + std::to_string(k_max_depth) + " levels deep");
  Json value = Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return fail(ErrorCode::rpc_parse, "request", "it is not JSON in UTF-8");
  return value;
}

std::string to_bytes(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace helper::rpc
