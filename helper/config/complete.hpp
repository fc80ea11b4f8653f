// What of a target depends on the config's folder and on other keys of it, filled in.
#pragma once

#include "config/config.hpp"
#include "config/devcontainer/translate.hpp"
#include "config/faults.hpp"

#include <filesystem>

namespace helper::config {

// `devcontainer` is null when the target has none. What is missing or wrong is added to `faults`, unless it follows
// from a fault that is there.
void complete(Target& target, const Config& config, const Places& places, const std::filesystem::path& home,
              const Devcontainer* devcontainer, Faults& faults);

}  // namespace helper::config
