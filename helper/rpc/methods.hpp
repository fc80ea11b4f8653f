// The table of methods: what can be called, with which parameters, and what comes back. The dispatcher, the
// documentation and `helper rpc --help` all read it.
#pragma once

#include "base/result.hpp"
#include "rpc/json.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace helper::rpc {

// Grows by one when a program that was written for the methods as they were would go wrong with them as they are. What
// is only added (a method, a parameter, a member of a result, a kind of event) leaves it alone.
inline constexpr int k_api = 1;

enum class ParamType { string, boolean, integer, texts, id };

struct Param {
  std::string_view name;
  ParamType type = ParamType::string;
  bool required = false;
  std::string_view doc;
};

struct Method {
  std::string_view name;
  std::string_view doc;  // one sentence
  std::vector<Param> params;
  std::string_view result;   // what comes back, in one sentence
  std::string_view example;  // params, as JSON
  bool quick = false;        // answers at once: needs no thread of its own, and is served even when all are busy
};

[[nodiscard]] std::span<const Method> methods();
[[nodiscard]] const Method* find_method(std::string_view name);  // nullptr when there is none

// Parameters come by name. Error: rpc_params for a positional list, a missing or a mistyped one; unknown names are
// ignored.
[[nodiscard]] Result<void> check_params(const Method& method, const Json& params);

[[nodiscard]] std::string to_text(ParamType type);
// For a person: name and doc, then a line a parameter, the result and an example.
[[nodiscard]] std::string to_text(const Method& method);
// What the method `methods` answers.
[[nodiscard]] Json methods_json();

}  // namespace helper::rpc
