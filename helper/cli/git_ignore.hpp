// Keeps the person's own file beside a config (config/local_file) out of git.
#pragma once

#include "base/files.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace helper::cli {

struct Ignored {
  std::optional<std::filesystem::path> written;  // the .gitignore that has got the line
  std::string told;                              // what the person should know; "" when there is nothing to do
};

// Adds the line to the .gitignore of the config's folder when that is in a git work tree, and neither it nor one of the
// folders above has the line. It changes nothing else, and a failure is reported and is no error.
[[nodiscard]] Ignored ignore_local_file(FileStore& files, const std::filesystem::path& config_file);

}  // namespace helper::cli
