// Which words of "extra_args" the engine may be given: none that helper decides itself, none that would end the flags.
#pragma once

#include "config/values.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace helper::config {

struct BadArgument {
  std::size_t at = 0;  // its place in the list
  Flaw flaw;
};

[[nodiscard]] std::optional<BadArgument> check_extra_args(const std::vector<std::string>& args);

}  // namespace helper::config
