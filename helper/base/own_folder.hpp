// own_folder makes a folder that nobody else may open.
#pragma once

#include "base/result.hpp"

#include <filesystem>

namespace helper {

// Makes it (0700) when it is not there; its parent must be. Error file_failed when it cannot be made, or is another
// user's, a link, or open to others.
[[nodiscard]] Result<void> own_folder(const std::filesystem::path& folder);

}  // namespace helper
