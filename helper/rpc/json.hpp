// Json is a value of the wire, and these are the only two ways in which bytes become one and one becomes bytes.
#pragma once

#include "base/result.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace helper::rpc {

using Json = nlohmann::json;

// Nesting beyond this is refused: copying and printing a nlohmann value recurse once per level.
inline constexpr int k_max_depth = 32;

// Error: rpc_parse (not JSON, not UTF-8, nested too deeply).
[[nodiscard]] Result<Json> parse_json(std::string_view bytes);

// One line, no line break in it. What a remote program printed may not be UTF-8: such bytes become U+FFFD.
[[nodiscard]] std::string to_bytes(const Json& value);

}  // namespace helper::rpc
