// find_backend asks the container, as its user and over the target's own SSH, for a JetBrains backend.
#pragma once

#include "cli/context.hpp"
#include "ide/access.hpp"
#include "ide/backend.hpp"

#include <optional>

namespace helper::cli {

// nullopt when there is none, or it cannot be asked: the links without it are good as well.
[[nodiscard]] std::optional<ide::Backend> find_backend(Context& context, const ide::Access& access);

}  // namespace helper::cli
