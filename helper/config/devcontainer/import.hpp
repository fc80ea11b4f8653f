// A devcontainer.json as answers for the template of `helper init`: its values are written into the config, once.
#pragma once

#include "base/files.hpp"
#include "base/result.hpp"
#include "config/devcontainer/translate.hpp"
#include "config/template.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace helper::config {

// Adds what the answers do not say themselves. Paths of this machine below `folder`, where the config will be,
// become relative to it. Error: config_invalid for a value that the config would refuse.
[[nodiscard]] Result<void> import_devcontainer(TemplateAnswers& answers, const Devcontainer& devcontainer,
                                               const std::filesystem::path& folder);

// The devcontainer.json that a path means: the file itself, or the one in a folder.

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
