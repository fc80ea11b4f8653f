// The changes that the engine room makes, one function a step. Each decides nothing: it runs one command, and turns a
// failure into an Error. They need no terminal, no login shell and no PATH on the server.
#pragma once

#include "base/command.hpp"
#include "config/config.hpp"
#include "engine/create_argv.hpp"
#include "engine/engine_cli.hpp"
#include "plan/desired.hpp"
#include "plan/step.hpp"

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

namespace helper::engine {

[[nodiscard]] Result<void> pull_image(CommandRunner& server, const EngineCli& cli, const plan::PullImage& action,
                                      const OutputSink& on_progress, const std::stop_token& stop);
// The container's id. With it begins its record, which needs record_host_keys() to be whole; when an error comes, the
// container may be there without a record.
[[nodiscard]] Result<std::string> create_container(CommandRunner& server, const EngineCli& cli,
                                                   const plan::Desired& desired, const plan::CreateContainer& action,
                                                   const std::stop_token& stop);
// On a failure the error's cause is the engine's own words.
[[nodiscard]] Result<void> start_container(CommandRunner& server, const EngineCli& cli, const std::string& name,
                                           const std::stop_token& stop);
[[nodiscard]] Result<void> unpause_container(CommandRunner& server, const EngineCli& cli, const std::string& name,
                                             const std::stop_token& stop);
[[nodiscard]] Result<void> stop_container(CommandRunner& server, const EngineCli& cli, const std::string& name,
                                          const std::stop_token& stop);
[[nodiscard]] Result<void> remove_container(CommandRunner& server, const EngineCli& cli, const std::string& name,
                                            const std::stop_token& stop);

[[nodiscard]] Result<void> update_restart(CommandRunner& server, const EngineCli& cli,
                                          const plan::UpdateRestart& action, const std::stop_token& stop);
[[nodiscard]] Result<void> rename_container(CommandRunner& server, const EngineCli& cli, const std::string& from,
                                            const std::string& to, const std::stop_token& stop);
// The container is paused while its layer is written. The image does not get our labels: a container that somebody
// makes from it belongs to them.
[[nodiscard]] Result<void> snapshot_container(CommandRunner& server, const EngineCli& cli,
                                              const plan::SnapshotContainer& action, const std::stop_token& stop);
// docker build …, which reads its context from standard input.
[[nodiscard]] Argv build_argv(const EngineCli& cli, const plan::BuildImage& action, const config::BuildConfig& build);
// Of this machine.
struct BuildFiles {
  std::filesystem::path context;  // a .tar.gz
  std::string dockerfile;         // its text, for what a failure is about
};
[[nodiscard]] Result<void> build_image(CommandRunner& server, const EngineCli& cli, const plan::BuildImage& action,
                                       const config::BuildConfig& build, const BuildFiles& files,
                                       const OutputSink& on_progress, const std::stop_token& stop);
// Bytes of the whole image.
[[nodiscard]] Result<std::int64_t> image_size(CommandRunner& server, const EngineCli& cli, const std::string& image,
                                              const std::stop_token& stop);

// Puts the bundle's file, of this machine, into the volume. One that another helper fills at the same time gets the
// same content.
[[nodiscard]] Result<void> fill_bundle_volume(CommandRunner& server, const EngineCli& cli,
                                              const plan::FillBundleVolume& action, const OutputSink& on_progress,
                                              const std::stop_token& stop);
// Needs nothing in the container but, on a read-only root file system, a tar.
[[nodiscard]] Result<void> send_bundle(CommandRunner& server, const EngineCli& cli, const plan::SendBundle& action,
                                       const OutputSink& on_progress, const std::stop_token& stop);

}  // namespace helper::engine
