// The token of a target's Jupyter: made once on this machine, in a file that only its owner can read.
#pragma once

#include "base/files.hpp"
#include "base/paths.hpp"

#include <string>

namespace helper::ensure {

// As is_token() has it. Made when there is none yet, or when what is there is none. The person who wants another one
// removes the file.
[[nodiscard]] Result<std::string> jupyter_token(FileStore& files, const Paths& paths, const std::string& target);

}  // namespace helper::ensure
