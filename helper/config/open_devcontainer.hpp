// The devcontainer.json that a path means: the file itself, or the one in a folder.
#pragma once

#include "base/files.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace helper::config {

struct DevcontainerFile {
  std::filesystem::path file;    // absolute
  std::filesystem::path folder;  // the workspace's
  std::string text;
};

using OpenDevcontainer = std::function<Result<DevcontainerFile>(const std::filesystem::path& path)>;

// `path` is absolute. In a folder it is .devcontainer/devcontainer.json, .devcontainer.json or, when there is only one,
// .devcontainer/NAME/devcontainer.json. Error: config_unreadable.
[[nodiscard]] Result<DevcontainerFile> open_devcontainer(FileStore& files, const std::filesystem::path& path);

}  // namespace helper::config
