// How verbs that use a target get its settings: from what is known, or by making it ready first.
#pragma once

#include "cli/context.hpp"
#include "ide/access.hpp"

#include <optional>

namespace helper::cli {

// What the daemon knows at once; nullopt when it would have to look, or for any error: that comes again from what is
// called next.
[[nodiscard]] std::optional<ide::Access> known(Context& context);
// The same of a target that is named otherwise than by the argument TARGET.
[[nodiscard]] std::optional<ide::Access> known(Context& context, const std::string& target);

// The same, when SSH in the container answers at this moment.
[[nodiscard]] std::optional<ide::Access> known_and_answering(Context& context);
[[nodiscard]] std::optional<ide::Access> known_and_answering(Context& context, const std::string& target);

// Ensures, with progress; what the target lacks although it can be used goes to the person as well. `more` are
// parameters of `ensure`.
[[nodiscard]] Result<ide::Access> made_ready(Context& context, const rpc::Json& more = rpc::Json::object());

}  // namespace helper::cli
