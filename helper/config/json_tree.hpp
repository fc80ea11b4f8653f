// JsonNode is a value of a JSON text with comments, and the line it is on: nlohmann's own tree does not know that.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace helper::config {

struct JsonNode {
  enum class Type { null, boolean, integer, real, text, array, object };
  Type type = Type::null;
  int line = 1;  // where the value begins; lines are counted from 1
  bool boolean = false;
  std::int64_t integer = 0;        // beyond 64 bits it is a `real`
  std::string text;                // of a string; of a `real`, as written
  std::vector<JsonNode> items;     // of an array or object, in the order written
  std::vector<std::string> names;  // of an object: names[i] belongs to items[i]; no two are alike
  bool is_local = false;           // it is from the person's own file beside the config (config/local_file)
};

inline constexpr std::size_t k_max_config_bytes = 1u << 20;
inline constexpr std::size_t k_max_config_depth = 64;

// Reads the text: JSON (RFC 8259) with // and /* */ comments, an optional byte order mark, any line ends, and a comma
// after the last entry of an object or list, as people and editors write it. `file` is the name that errors give.
// Errors: config_syntax for what is not such a text, is too large or too deep, or is not UTF-8; config_invalid for a
// key written twice.
[[nodiscard]] Result<JsonNode> parse_json(std::string_view text, const std::string& file);

// The value of an object's key; null when it has none of that name.
[[nodiscard]] const JsonNode* find_member(const JsonNode& object, std::string_view name);

// The value as JSON on one line; bytes that are not UTF-8 as U+FFFD.
[[nodiscard]] std::string json_text(const JsonNode& node);

// What was found, for a message: `the number 12`, `text "a"`, `true`, `an object`.
[[nodiscard]] std::string describe(const JsonNode& node);

}  // namespace helper::config
