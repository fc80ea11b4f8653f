// The project's folder on the server: the other side of the mount that holds project.remote.
#pragma once

#include "config/config.hpp"

#include <string>

namespace helper::plan {

// "" when there is no project, or a volume or the image holds it.
[[nodiscard]] std::string project_source(const config::Target& target);

}  // namespace helper::plan
