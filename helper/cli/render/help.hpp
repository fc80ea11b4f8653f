// The help texts, all made from the table of verbs and the catalogue of errors.
#pragma once

#include "cli/render/style.hpp"
#include "cli/verbs/table.hpp"

#include <string>

namespace helper::cli {

// `helper --help`: verbs, common options, exit statuses in short.
[[nodiscard]] std::string render_help(const Style& style);
// `helper VERB --help`.
[[nodiscard]] std::string render_verb_help(const Style& style, const Verb& verb);
// `helper help errors`: each error's name, exit status, JSON-RPC code and meaning.
[[nodiscard]] std::string render_error_table(const Style& style);

}  // namespace helper::cli
