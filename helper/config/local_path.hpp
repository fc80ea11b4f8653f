// How a path of this machine that a person wrote becomes absolute: by its letters only, the disk is not looked at.
#pragma once

#include "base/result.hpp"

#include <filesystem>

namespace helper::config {

// "~" and "~/x" stand for `home`; a relative path is taken from `folder`; "." and ".." are resolved, no '/' at the end.
// Errors: config_invalid, with cause and fix only, for "~user" and for "~" without a home.
[[nodiscard]] Result<std::filesystem::path> resolve_local_path(const std::filesystem::path& written,
                                                               const std::filesystem::path& folder,
                                                               const std::filesystem::path& home);

}  // namespace helper::config
