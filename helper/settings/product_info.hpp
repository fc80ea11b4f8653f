// The IDEs installed on this machine, by the product-info.json that each has in its folder: those that were never
// started have no config folder, and are found in no other way.
#pragma once

#include "base/files.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace helper::settings {

// The name of the config folder that an IDE makes when it is started ("PyCharm2026.1"): dataDirectoryName of its
// product-info.json. "" for a text that is none, and for an IDE whose settings we do not write.
[[nodiscard]] std::string config_folder_name(std::string_view product_info);

// The folders in which IDEs are installed: by Toolbox, by snap, by hand into /opt, as applications of macOS.
[[nodiscard]] std::vector<std::filesystem::path> install_roots(const std::filesystem::path& home);

// The config folders' names of those below `roots` that have none below `config_root` yet, in order.
[[nodiscard]] std::vector<std::string> find_never_started(FileStore& files,
                                                          const std::vector<std::filesystem::path>& roots,
                                                          const std::filesystem::path& config_root);

}  // namespace helper::settings
