// The look at what a container holds that its image and its mounts do not.
#pragma once

#include "base/command.hpp"
#include "engine/engine_cli.hpp"
#include "plan/losses.hpp"

#include <stop_token>
#include <string>

namespace helper::engine {

// Reads much on a container with a large layer: only for a question that somebody will see. Errors are the runner's.
[[nodiscard]] Result<plan::Losses> look_at_losses(CommandRunner& server, const EngineCli& cli,
                                                  const std::string& container, const std::stop_token& stop);

// Pure: the script and the reading of what it printed.
[[nodiscard]] std::string losses_script(const EngineCli& cli, const std::string& container, const std::string& nonce);
[[nodiscard]] plan::Losses read_losses(std::string_view text, const std::string& nonce);

}  // namespace helper::engine
