// parse_config turns the text of a config file into a checked Config, or into one error with all that is wrong in it.
#pragma once

#include "base/result.hpp"
#include "config/config.hpp"
#include "config/devcontainer/import.hpp"
#include "config/json_tree.hpp"
#include "config/local_variables.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace helper::config {

// What is outside of the text.
struct Surroundings {
  std::filesystem::path home;  // what "~" means here; when it is empty, a path that begins with "~" is an error
  LocalVariable variable = no_variable;     // of this machine's environment
  OpenDevcontainer open_devcontainer = {};  // absent: a target's devcontainer is named and not read
  std::optional<std::string> local = {};    // the text of the local file beside it (config/local_file)
  Unset unset = Unset::is_empty;  // `stays`: a variable that is not set is no error, and stays as it is written
};

// The tree of a config, with that of its local file laid over it. Errors: config_syntax; config_invalid for a text that
// is no object.
[[nodiscard]] Result<JsonNode> read_tree(std::string_view text, const std::optional<std::string>& local,
                                         const std::filesystem::path& file);

// Pure but for what `around` does. `file` is the text's absolute path: errors name it, and relative paths in the text
// are taken from its folder. Errors: config_syntax, config_invalid, and those of `open_devcontainer`. The `thing` of
// one error is "helper.json:12: targets.centernet.container.shm-size"; several are lines of one `cause`.
[[nodiscard]] Result<Config> parse_config(std::string_view text, const std::filesystem::path& file,
                                          const Surroundings& around);
[[nodiscard]] Result<Config> parse_config(std::string_view text, const std::filesystem::path& file,
                                          const std::filesystem::path& home = {});

}  // namespace helper::config
