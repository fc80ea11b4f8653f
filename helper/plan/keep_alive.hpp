// The command that keeps a container up when its image names none that does.
#pragma once

#include "config/config.hpp"
#include "plan/observed.hpp"

#include <optional>
#include <string>
#include <vector>

namespace helper::plan {

// What a container from this image must run to stay up: absent when the image's own command does. A bare shell or
// Python ends at once without a terminal, and so does an entry point that starts one when it is given no command.
[[nodiscard]] std::optional<std::vector<std::string>> keep_alive_command(const config::ContainerConfig& container,
                                                                         const Image& image);

}  // namespace helper::plan
