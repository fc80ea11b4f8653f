// The verbs are one table: the parser, every help text and the dispatch come from it.
#pragma once

#include "base/result.hpp"
#include "cli/arguments.hpp"

#include <span>
#include <string>
#include <string_view>

namespace helper::cli {

struct Context;

// Does the verb's work and writes its result; the exit status, or the error that the caller shows.
using Runner = Result<int> (*)(Context& context);

struct Verb {
  std::string_view name;
  std::string_view summary;   // one line for the list, no full stop
  std::string_view details;   // paragraphs for `helper VERB --help`
  std::string_view examples;  // one command a line
  std::span<const OptionSpec> options;
  Runner runner;
};

[[nodiscard]] std::span<const Verb> verbs();
[[nodiscard]] const Verb* find_verb(std::string_view name);

// What every verb takes.
[[nodiscard]] std::span<const OptionSpec> common_options();

}  // namespace helper::cli
