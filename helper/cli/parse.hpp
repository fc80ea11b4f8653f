// The command line, parsed against the table of verbs.
#pragma once

#include "base/result.hpp"
#include "cli/arguments.hpp"
#include "cli/verbs/table.hpp"

#include <string>
#include <vector>

namespace helper::cli {

struct Invocation {
  const Verb* verb = nullptr;  // never null after parse()
  Arguments arguments;
};

// `words` is argv without the program's name. --help asks for the verb `help` about the verb beside it; --version is
// the verb `version`. Errors: usage, with the nearest verb or option when a name is unknown.
[[nodiscard]] Result<Invocation> parse(const std::vector<std::string>& words);

// Whether the line asks for JSON, even when the rest of it cannot be parsed.
[[nodiscard]] bool wants_json(const std::vector<std::string>& words);

}  // namespace helper::cli
