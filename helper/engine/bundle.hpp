// How the SSH bundle, a file of this machine, gets into a container.
#pragma once

#include "base/command.hpp"
#include "engine/engine_cli.hpp"
#include "plan/step.hpp"

#include <stop_token>

namespace helper::engine {

// From the bundle's file on this machine. A volume that another helper fills at the same time gets the same content.
[[nodiscard]] Result<void> fill_bundle_volume(CommandRunner& server, const EngineCli& cli,
                                              const plan::FillBundleVolume& action, const OutputSink& on_progress,
                                              const std::stop_token& stop);
// Needs nothing in the container but, on a read-only root file system, a tar.
[[nodiscard]] Result<void> send_bundle(CommandRunner& server, const EngineCli& cli, const plan::SendBundle& action,
                                       const OutputSink& on_progress, const std::stop_token& stop);

}  // namespace helper::engine
