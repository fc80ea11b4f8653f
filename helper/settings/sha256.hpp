// The SHA-256 of a text: by it a file is known to be as we left it, and a backup is found.
#pragma once

#include <string>
#include <string_view>

namespace helper::settings {

// 64 hexadecimal digits.
[[nodiscard]] std::string sha256(std::string_view text);

}  // namespace helper::settings
