#include "rpc/json.hpp"

namespace helper::rpc {

Result<Json> parse_json(std::string_view bytes) {
  bool too_deep = false;
  const auto limit_depth = [&too_deep](int depth, Json::parse_event_t event, Json&) {
    const bool opens = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (opens && depth >= k_max_depth) too_deep = true;
    return !(opens && depth >= k_max_depth);
  };
  Json value = Json::parse(bytes, limit_depth, /*allow_exceptions=*/false);
  if (too_deep)
    return fail(ErrorCode::rpc_parse, "request",
                "it is nested more than " + std::to_string(k_max_depth) + " levels deep");
  if (value.is_discarded()) return fail(ErrorCode::rpc_parse, "request", "it is not JSON in UTF-8");
  return value;
}

std::string to_bytes(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace helper::rpc
