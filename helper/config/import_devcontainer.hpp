// A devcontainer.json as answers for the template of `helper init`: its values are written into the config, once.
#pragma once

#include "base/result.hpp"
#include "config/devcontainer.hpp"
#include "config/template.hpp"

#include <filesystem>

namespace helper::config {

// Adds what the answers do not say themselves. Paths of this machine below `folder`, where the config will stand,
// become relative to it. Error: config_invalid for a value that the config would refuse.
[[nodiscard]] Result<void> import_devcontainer(TemplateAnswers& answers, const Devcontainer& devcontainer,
                                               const std::filesystem::path& folder);

}  // namespace helper::config
