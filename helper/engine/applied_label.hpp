// The label in which a container keeps what was applied when it was made: a JSON object of texts.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace helper::engine {

[[nodiscard]] std::string applied_label(const std::map<std::string, std::string>& fields);
// None when the label is not such an object: anybody can write one.
[[nodiscard]] std::map<std::string, std::string> read_applied(std::string_view label);

}  // namespace helper::engine
