// The changes that concern Jupyter in the running container: started as its user, ended by its user.
#pragma once

#include "base/command.hpp"
#include "engine/engine_cli.hpp"
#include "plan/jupyter_setup.hpp"
#include "plan/step.hpp"

#include <stop_token>
#include <string>

namespace helper::engine {

// Starts it in the container's own environment and waits until it listens. The token goes over standard input into a
// file that only the user can read: it is in no command line, no environment and no error. Error inside_failed: it
// ended, or did not listen in time; the cause has the end of its log.
[[nodiscard]] Result<void> start_jupyter(CommandRunner& server, const EngineCli& cli, const std::string& container,
                                         const plan::JupyterSetup& setup, const std::string& token,
                                         const std::stop_token& stop);

// As the user whose process it is; asks first, then kills. Error inside_failed: it is still there.
[[nodiscard]] Result<void> stop_jupyter(CommandRunner& server, const EngineCli& cli, const std::string& container,
                                        const plan::StopJupyter& action, const std::stop_token& stop);

}  // namespace helper::engine
