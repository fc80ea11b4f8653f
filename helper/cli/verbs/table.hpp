// The verbs are one table: the parser, every help text and the dispatch come from it.
#pragma once

#include "base/result.hpp"
#include "cli/arguments.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace helper::cli {

struct Context;

// Does the verb's work and writes its result; the exit status, or the error that the caller shows.
using Runner = Result<int> (*)(Context& context);

// Where the list of verbs has it.
enum class Group { everyday, container, inside, helper };

struct Verb {
  std::string_view name;
  std::string_view summary;   // one line for the list, no full stop
  std::string_view details;   // paragraphs for `helper VERB --help`
  std::string_view examples;  // one command a line
  std::span<const OptionSpec> options;
  Runner runner;
  Group group;
  std::string_view aliases = {};  // other words that people type for it, a blank between them
};

[[nodiscard]] std::span<const Verb> verbs();
[[nodiscard]] std::vector<std::string_view> aliases_of(const Verb& verb);
// By its name or an alias.
[[nodiscard]] const Verb* find_verb(std::string_view name);
// What `helper` alone does: the status where there is a config, else the list of verbs.
[[nodiscard]] const Verb& verb_of_none();

// What every verb takes.
[[nodiscard]] std::span<const OptionSpec> common_options();

}  // namespace helper::cli
