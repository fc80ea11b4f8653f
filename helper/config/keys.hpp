// The one table of keys: what each key of the config is called, takes, means and sets. Parsing, the JSON Schema, the
// template of `helper init` and the reference for the documentation all come from it.
#pragma once

#include "config/config.hpp"
#include "config/json_tree.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace helper::config {

enum class Kind {
  object,          // keys of its own
  named,           // an object whose keys are names that the person chooses; each holds what the row PATH.* says
  text,            // a string that fits `pattern`
  text_or_number,  // the same, or a whole number >= 1 standing for its digits
  flag,            // true or false
  port,            // 1..65535
  local_port,      // the same, or "auto"
  texts,           // a list of strings that each fit `pattern`
  forwards,        // a list of "LOCAL:CONTAINER" or of one port for both
  env,             // an object of strings
  ulimits,         // an object of -1, N, "SOFT:HARD" or {"soft": N, "hard": N}
};

// What does not fit in a value: `where` is the way from the key to the place ("[2]", ".memlock"), "" for the value
// itself.
struct Misfit {
  std::string where;
  int line = 0;
  std::string cause;
  std::string fix;
  bool is_local = false;  // as in JsonNode
};
using Misfits = std::vector<Misfit>;  // empty: all fits
using Setter = Misfits (*)(Target& target, const JsonNode& value);

struct Key {
  std::string_view path;  // "targets.*.container.shm_size"
  Kind kind;
  bool required = false;          // within its object
  std::string_view default_json;  // JSON; "" when there is no value to show
  std::string_view help;          // one sentence without its full stop
  std::string_view pattern;       // ECMA 262, for the schema: what values.cpp checks, as near as a pattern can say it
  std::string_view example;       // JSON
  std::string_view unless = {};   // the key beside it that makes it not required
  Setter set = nullptr;           // called once the JSON type fits `kind`; null when there is nothing to set
};

// In the order of the template and the documentation; a parent comes before its children.
[[nodiscard]] std::span<const Key> keys();
[[nodiscard]] const Key* find_key(std::string_view path);
// The last name of a path: "shm_size".
[[nodiscard]] std::string_view last_name(std::string_view path);
// The rows directly under `path` ("" = the top), without a "*".
[[nodiscard]] std::vector<const Key*> children_of(std::string_view path);

// "text in quotes", "true or false": what a kind takes, for messages and documentation.
[[nodiscard]] std::string wanted(Kind kind);

}  // namespace helper::config
