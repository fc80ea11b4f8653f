// Our Jupyter in a place: started as its user, ended by its user.
#pragma once

#include "inside/run.hpp"
#include "plan/jupyter.hpp"
#include "plan/step.hpp"

#include <stop_token>
#include <string>

namespace helper::inside {

// Of a plan::jupyter_folder: $jupyter and $own for the scripts. $jupyter is root's: token and setup (the line of
// JupyterSetup), which the look reads, even as a root without capabilities. $own in it is the user's: config.json (with
// the token), start.py, pid ("PID START-TIME"), keeper (the pid of start.py), log and log.1 (its last output), stopped
// (once it must stay away).
[[nodiscard]] std::string jupyter_places(const std::string& folder);

// What --config reads, JSON: the same settings under the names of Jupyter Server 2 (Lab 4, Notebook 7), Jupyter Server
// 1 (Lab 3) and Notebook 6. Each reads its own and ignores the rest; but Lab takes what a person's own file says of
// LabApp before all that is said of ServerApp (notebook_shim), so ours is under that name as well.
[[nodiscard]] std::string jupyter_config(const plan::JupyterSetup& setup, const std::string& token);

// Pure: all that a start needs, also after the place has started again; the last one waits until Jupyter listens.
// `shell` runs a POSIX script in the place. The token is in standard inputs only.
[[nodiscard]] std::vector<Exec> jupyter_service(const Words& shell, const plan::JupyterSetup& setup,
                                                const std::string& token);

// Pure: the same as one command for the server.
[[nodiscard]] Command jupyter_command(const Place& place, const plan::JupyterSetup& setup, const std::string& token);

// Starts it in the place's own environment and waits until it listens. The token goes over standard input into a file
// that only the user can read: it is in no command line, no environment and no error. Error inside_failed: it ended, or
// did not listen in time; the cause has the end of its log.
[[nodiscard]] Result<void> start_jupyter(CommandRunner& server, const Place& place, const plan::JupyterSetup& setup,
                                         const std::string& token, const std::stop_token& stop);

// Installs JupyterLab as the user, and tells what pip or uv prints as it comes. Error inside_failed: install_error().
[[nodiscard]] Result<void> install_jupyter(CommandRunner& server, const Place& place, const config::Target& target,
                                           const plan::InstallJupyter& action, const OutputSink& on_progress,
                                           const std::stop_token& stop);

// By whose process it is; asks first, then kills. Error inside_failed: it is still there.
[[nodiscard]] Result<void> stop_jupyter(CommandRunner& server, const Place& place, const plan::StopJupyter& action,
                                        const std::stop_token& stop);

}  // namespace helper::inside
