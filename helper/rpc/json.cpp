#include "rpc/json.hpp"

#include "base/text.hpp"

namespace helper::rpc {

// The depth is not left to a callback of nlohmann's parser: with one, it walks over a whole array at the end of each
// element, and a body of 8 MiB takes minutes.
Result<Json> parse_json(std::string_view bytes) {
  if (nests_deeper_than(k_max_depth, bytes))
    return fail(ErrorCode::rpc_parse, "request",
                "it is nested more than " + std::to_string(k_max_depth) + " levels deep");
  Json value = Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (value.is_discarded()) return fail(ErrorCode::rpc_parse, "request", "it is not JSON in UTF-8");
  return value;
}

std::string to_bytes(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace helper::rpc
