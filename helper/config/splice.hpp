// Changing one value of a config's text and no other byte: comments, order, white space and line ends stay.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace helper::config {

// The text with the member at `path` ("targets", "centernet", "python") set to `json`, a JSON value. A member that is
// not there is put first into its object, on a line of its own when the others are. `file` is the name that errors
// give. Errors: those of parse_json for a text that is none; config_target when an object on the way is missing.
[[nodiscard]] Result<std::string> with_value(std::string_view text, const std::vector<std::string>& path,
                                             std::string_view json, const std::string& file);

}  // namespace helper::config
