// The command that keeps a container up when its image names none that does.
#pragma once

#include "config/config.hpp"
#include "plan/observed.hpp"

#include <optional>
#include <string>
#include <vector>

namespace helper::plan {

// What a container from this image must run to stay up: absent when the image's own command does. A shell or Python
// that waits for a person, however that is written, ends at once without a terminal, and so does an entry point that
// starts one when it is given no command.
[[nodiscard]] std::optional<std::vector<std::string>> keep_alive_command(const config::ContainerConfig& container,
                                                                         const Image& image);

// Its entry point starts a program that ends at once, whatever command it is given ("ENTRYPOINT bash").
[[nodiscard]] bool entrypoint_takes_no_command(const Image& image);

}  // namespace helper::plan
