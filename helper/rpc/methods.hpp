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

// How long a call of a method takes, and so where it runs: each kind but the first has places of its own.
enum class Pace {
  instant,  // it only tells what it knows, and may run where the network is served
  quick,    // a matter of milliseconds: served even when every place for work is taken
  work,
  watch,  // it waits for what comes, and may do so for ever
};

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
  Pace pace = Pace::work;
  bool kept = false;  // goes on to its end although its caller has gone: what it changes must not stay half done
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
