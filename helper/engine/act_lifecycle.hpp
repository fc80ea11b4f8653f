// The changes of a container's life beyond start and stop, one function a step.
#pragma once

#include "base/command.hpp"
#include "config/config.hpp"
#include "engine/cli.hpp"
#include "plan/step.hpp"

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

namespace helper::engine {

[[nodiscard]] Result<void> update_restart(CommandRunner& server, const EngineCli& cli,
                                          const plan::UpdateRestart& action, const std::stop_token& stop);
[[nodiscard]] Result<void> rename_container(CommandRunner& server, const EngineCli& cli, const std::string& from,
                                            const std::string& to, const std::stop_token& stop);
// The container is paused while its layer is written. The image does not carry our labels on: a container that somebody
// makes from it is theirs.
[[nodiscard]] Result<void> snapshot_container(CommandRunner& server, const EngineCli& cli,
                                              const plan::SnapshotContainer& action, const std::stop_token& stop);
// docker build …, which reads its context from standard input.
[[nodiscard]] Argv build_argv(const EngineCli& cli, const plan::BuildImage& action, const config::BuildConfig& build);
// `context` is a .tar.gz of this machine.
[[nodiscard]] Result<void> build_image(CommandRunner& server, const EngineCli& cli, const plan::BuildImage& action,
                                       const config::BuildConfig& build, const std::filesystem::path& context,
                                       const OutputSink& on_progress, const std::stop_token& stop);
// Bytes of the whole image.
[[nodiscard]] Result<std::int64_t> image_size(CommandRunner& server, const EngineCli& cli, const std::string& image,
                                              const std::stop_token& stop);

}  // namespace helper::engine
