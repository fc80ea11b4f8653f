// The settings of a ready target as a person reads them: what to type, what to click, which links to follow.
#pragma once

#include "base/result.hpp"
#include "ide/access.hpp"

#include <string>

namespace helper::ide {

// Plain text, no control characters but line ends, whatever the container said of itself. Error: file_failed when a
// path cannot be given to ssh.
[[nodiscard]] Result<std::string> settings_text(const Access& access);

}  // namespace helper::ide
