// Which config file counts, its Config, and which of its targets is meant.
#pragma once

#include "base/files.hpp"
#include "base/result.hpp"
#include "config/config.hpp"
#include "config/local_variables.hpp"

#include <filesystem>
#include <optional>
#include <string_view>

namespace helper::config {

struct FindOptions {
  std::optional<std::filesystem::path> explicit_file;  // --config; a relative one is taken from `folder`
  std::filesystem::path folder;                        // where the person stands; absolute
  std::filesystem::path home;                          // the search upwards ends here, or at /
  std::filesystem::path user_config_file;              // Paths::user_config_file
};

// The file to read: the explicit one; else helper.json in `folder` or the nearest folder above it; else the user's own.
// Absolute. Error: config_unreadable, with the places looked at.
[[nodiscard]] Result<std::filesystem::path> find_config(const FindOptions& options);

// This process's own.
[[nodiscard]] std::optional<std::string> environment_variable(const std::string& name);

// Reads and parses it, with each devcontainer.json that a target names; "~" in it is $HOME, `variable` what
// ${localEnv:NAME} is. Errors: config_unreadable, config_syntax, config_invalid.
[[nodiscard]] Result<Config> load_config(FileStore& files, const std::filesystem::path& file,
                                         const LocalVariable& variable = environment_variable);

// The target of this name; the only one when `name` is "". Error: config_target, with the names there are.
[[nodiscard]] Result<Target> choose_target(const Config& config, std::string_view name);

}  // namespace helper::config
