// Where `helper init` imports values from: a devcontainer.json or a docker run command (--from), or a container that
// is on the server (--from-container).
#pragma once

#include "base/paths.hpp"
#include "cli/context.hpp"
#include "config/devcontainer/translate.hpp"

#include <optional>
#include <string>
#include <vector>

namespace helper::cli {

// Nothing without these options. In a terminal the person is asked for what only a shell on the server knows. Errors:
// usage; those of reading a devcontainer.json, and of the engine; server_unreachable.
[[nodiscard]] Result<std::optional<config::Devcontainer>> read_source(Context& context, const Paths& paths,
                                                                      const std::string& server);

// What was imported, a line each, safe to show: "container.shm_size: 8g". Of variables only the names.
[[nodiscard]] std::vector<std::string> taken_over(const config::Devcontainer& settings);

}  // namespace helper::cli
