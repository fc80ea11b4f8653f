// parse_config turns the text of a config file into a checked Config, or into the one error to mend first.
#pragma once

#include "base/result.hpp"
#include "config/config.hpp"
#include "config/devcontainer/import.hpp"
#include "config/local_variables.hpp"

#include <filesystem>
#include <string_view>

namespace helper::config {

// What stands outside of the text.
struct Surroundings {
  std::filesystem::path home;  // what "~" stands for; when it is empty, a path that begins with "~" is an error
  LocalVariable variable = no_variable;     // of this machine's environment
  OpenDevcontainer open_devcontainer = {};  // absent: a target's devcontainer is named and not read
};

// Pure but for what `around` does. `file` is the text's absolute path: errors name it, and relative paths in the text
// are taken from its folder. Errors: config_syntax, config_invalid; their `thing` is "helper.json:12:
// targets.centernet.container.shm-size".
[[nodiscard]] Result<Config> parse_config(std::string_view text, const std::filesystem::path& file,
                                          const Surroundings& around);
[[nodiscard]] Result<Config> parse_config(std::string_view text, const std::filesystem::path& file,
                                          const std::filesystem::path& home = {});

}  // namespace helper::config
