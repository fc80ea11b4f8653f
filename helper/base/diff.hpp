// unified_diff is the difference of two texts as people and patch(1) read it: what `diff -u` prints.
#pragma once

#include <string>
#include <string_view>

namespace helper {

struct DiffNames {
  std::string before;  // "/dev/null" when there was no file
  std::string after;
};

// "" when the texts are equal. Lines end at '\n'; a last line without one is marked as diff does it.
[[nodiscard]] std::string unified_diff(std::string_view before, std::string_view after, const DiffNames& names);

}  // namespace helper
