// The name of an image that helper makes for a target.
#pragma once

#include <string>
#include <string_view>

namespace helper::config {

// "helper/centernet": of letters, digits and single separators, as engines ask for; capitals become small ones.
[[nodiscard]] std::string image_name(std::string_view target);

}  // namespace helper::config
