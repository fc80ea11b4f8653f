// What of a target depends on the config's folder and on other keys of it, filled in.
#pragma once

#include "base/result.hpp"
#include "config/config.hpp"
#include "config/devcontainer/translate.hpp"
#include "config/validate.hpp"

#include <filesystem>

namespace helper::config {

// `devcontainer` is null when the target has none. Error config_invalid, at the key that is missing or wrong.
[[nodiscard]] Result<void> complete(Target& target, const Config& config, const Places& places,
                                    const std::filesystem::path& home, const Devcontainer* devcontainer);

}  // namespace helper::config
