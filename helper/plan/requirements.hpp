// What a devcontainer.json wants of the server, and the server does not have.
#pragma once

#include "config/config.hpp"
#include "plan/observed.hpp"

#include <string>
#include <vector>

namespace helper::plan {

// One note for each. What the engine did not tell is not judged.
[[nodiscard]] std::vector<std::string> requirement_notes(const config::Target& target, const ServerFacts& server);

}  // namespace helper::plan
