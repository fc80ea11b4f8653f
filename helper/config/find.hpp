// Which config file counts, its Config, and which of its targets is meant.
#pragma once

#include "base/files.hpp"
#include "base/result.hpp"
#include "config/config.hpp"
#include "config/local_variables.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::config {

struct FindOptions {
  std::optional<std::filesystem::path> explicit_file;  // --config; a relative one is taken from `folder`
  std::filesystem::path folder;                        // where the person is; absolute
  std::filesystem::path home;                          // the search upwards ends here, or at /
  std::filesystem::path user_config_file;              // Paths::user_config_file
};

// The file to read: the explicit one; else helper.json in `folder` or the nearest folder above it; else the user's own.
// Absolute. Error: config_unreadable, with the places looked at.
[[nodiscard]] Result<std::filesystem::path> find_config(const FindOptions& options);

// This process's own.
[[nodiscard]] std::optional<std::string> environment_variable(const std::string& name);

// The text of a config, and that of the local file beside it when there is one. Error: config_unreadable.
struct ConfigTexts {
  std::string text;
  std::optional<std::string> local;
};
[[nodiscard]] Result<ConfigTexts> read_config(FileStore& files, const std::filesystem::path& file);

// The file of the two that a setting at `path` ("targets", "centernet", "python") is written into (written_in() says
// which), and its text. Errors: those of read_config and parse_json.
struct WrittenFile {
  std::filesystem::path file;
  std::string text;
};
[[nodiscard]] Result<WrittenFile> file_with(FileStore& files, const std::filesystem::path& file,
                                            const std::vector<std::string>& path);

// The names of its targets, whatever else is wrong with it and whatever variables are set. Errors: config_unreadable,
// and those of read_tree.
[[nodiscard]] Result<std::vector<std::string>> target_names(FileStore& files, const std::filesystem::path& file);
// The config does not have that target any more, or is not there: no command can name it. What cannot be told is not
// gone.
[[nodiscard]] bool is_gone(FileStore& files, const std::filesystem::path& file, std::string_view target);

// Reads and parses it, with the local file beside it and each devcontainer.json that a target names; "~" in it is
// $HOME, `variable` what ${localEnv:NAME} is. Errors: config_unreadable, config_syntax, config_invalid.
[[nodiscard]] Result<Config> load_config(FileStore& files, const std::filesystem::path& file,
                                         const LocalVariable& variable = environment_variable);

// The target of this name; the only one when `name` is "". Error: config_target, with the names there are.
[[nodiscard]] Result<Target> choose_target(const Config& config, std::string_view name);

// How a path of this machine that a person wrote becomes absolute: by its letters only, the disk is not looked at.

// "~" and "~/x" mean `home`; a relative path is taken from `folder`; "." and ".." are resolved, no '/' at the end.
// Errors: config_invalid, with cause and fix only, for "~user" and for "~" without a home.
[[nodiscard]] Result<std::filesystem::path> resolve_local_path(const std::filesystem::path& written,
                                                               const std::filesystem::path& folder,
                                                               const std::filesystem::path& home);

}  // namespace helper::config
