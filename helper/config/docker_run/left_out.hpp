// What of a docker run command line does not belong in a config: flags that have no meaning for a container that helper
// keeps, and words that are secrets.
#pragma once

#include <string>
#include <string_view>

namespace helper::config {

struct LeftOut {
  std::string_view flag;
  std::string_view cause;     // what helper does instead
  std::string_view fix = {};  // "" when there is nothing to do
};

// Null for a flag that is used.
[[nodiscard]] const LeftOut* left_out(std::string_view flag);

// Whether a value names a password, a token and the like, or is an address with a password in it.
[[nodiscard]] bool tells_secret(std::string_view value);

// Whether a variable is not for a file that others read: by its name, or by how its value begins.
[[nodiscard]] bool looks_secret(std::string_view name, std::string_view value);

// Whether a word of a command holds a secret, by what it or the flag before it is called: "--token=x", "--api-key" "x".
[[nodiscard]] bool holds_secret(std::string_view before, std::string_view word);

}  // namespace helper::config
