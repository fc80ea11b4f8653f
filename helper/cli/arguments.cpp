#include "cli/arguments.hpp"

#include <charconv>

namespace helper::cli {

std::optional<std::string> Arguments::given(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::nullopt : std::optional(found->second);
}

std::string Arguments::text(std::string_view name) const { return given(name).value_or(std::string()); }

int Arguments::number(std::string_view name) const {
  const std::string digits = text(name);
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace helper::cli
