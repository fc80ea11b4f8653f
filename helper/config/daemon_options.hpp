// DaemonOptions is what a person chooses for the daemon as a whole, and not for a target: the file
// ~/.config/helper/daemon.json, which helperd reads when it starts.
#pragma once

#include "base/files.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <string_view>

namespace helper::config {

// Whose connections the daemon's port and its tunnels take, of the users of this machine.
enum class LocalUsers { me, everyone };

struct DaemonOptions {
  LocalUsers local_users = LocalUsers::me;
  friend bool operator==(const DaemonOptions&, const DaemonOptions&) = default;
};

// JSON with comments: {"local_users": "me" | "everyone"}. Pure. Errors: config_syntax, config_invalid.
[[nodiscard]] Result<DaemonOptions> parse_daemon_options(std::string_view text, const std::filesystem::path& file);
// The defaults where there is no such file. Errors: config_unreadable, config_syntax, config_invalid.
[[nodiscard]] Result<DaemonOptions> load_daemon_options(FileStore& files, const std::filesystem::path& file);

}  // namespace helper::config
