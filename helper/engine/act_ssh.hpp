// What puts our SSH server into a container, and takes everything of ours out of it again.
#pragma once

#include "base/command.hpp"
#include "engine/engine_cli.hpp"
#include "plan/step.hpp"

#include <stop_token>
#include <string>

namespace helper::engine {

// The private halves, as OpenSSH writes them.
struct HostKeyFiles {
  std::string ed25519;
  std::string ecdsa;
};

// From the bundle's file on this machine. A volume that another helper fills at the same time gets the same content.
[[nodiscard]] Result<void> fill_bundle_volume(CommandRunner& server, const EngineCli& cli,
                                              const plan::FillBundleVolume& action, const OutputSink& on_progress,
                                              const std::stop_token& stop);
// Needs nothing in the container but, on a read-only root file system, a tar.
[[nodiscard]] Result<void> send_bundle(CommandRunner& server, const EngineCli& cli, const plan::SendBundle& action,
                                       const OutputSink& on_progress, const std::stop_token& stop);

// Writes the setup's files, ends an sshd of ours that runs with another one (its sessions go on), and starts the new
// one: kept by a loop that starts it again when it dies. Returns when it listens. `print` is what the next look reads.
// Secrets go by standard input.
[[nodiscard]] Result<void> start_sshd(CommandRunner& server, const EngineCli& cli, const std::string& container,
                                      const plan::SshdSetup& setup, const HostKeyFiles& host_keys,
                                      const std::string& print, const std::stop_token& stop);

// Everything of ours in the running container: processes, folders, the line in /etc/profile.d with its folder's time.
[[nodiscard]] Result<void> eject(CommandRunner& server, const EngineCli& cli, const plan::Eject& action,
                                 const std::stop_token& stop);

}  // namespace helper::engine
