// parse_config turns the text of a config file into a checked Config, or into the one error to mend first.
#pragma once

#include "base/result.hpp"
#include "config/config.hpp"

#include <filesystem>
#include <string_view>

namespace helper::config {

// Pure. `file` is the text's absolute path: errors name it, and relative paths in the text are taken from its folder.
// `home` is what "~" stands for; when it is empty, a path that begins with "~" is an error. Errors: config_syntax,
// config_invalid; their `thing` is "helper.json:12: targets.centernet.container.shm-size".
[[nodiscard]] Result<Config> parse_config(std::string_view text, const std::filesystem::path& file,
                                          const std::filesystem::path& home = {});

}  // namespace helper::config
