// Our SSH server in a place: started, and taken out again with everything else of ours.
#pragma once

#include "inside/run.hpp"
#include "plan/sshd_setup.hpp"
#include "plan/step.hpp"

#include <stop_token>
#include <string>

namespace helper::inside {

// The private halves, as OpenSSH writes them.
struct HostKeyFiles {
  std::string ed25519;
  std::string ecdsa;
};

// env(1) and the variables with which our sshd is run, as words: nothing of the place's own environment, so that its
// LD_LIBRARY_PATH stays away from sshd.
[[nodiscard]] Words clean_environment(const plan::SshdSetup& setup);

// Pure: all that a start needs, also after the place has started again; the last one is sshd itself. `fingerprint` is
// what the next look reads; `keys` are the lines that join those which it admits. Secrets are in standard inputs only.
[[nodiscard]] std::vector<Exec> sshd_service(const plan::SshdSetup& setup, const HostKeyFiles& host_keys,
                                             const std::string& fingerprint, const std::vector<std::string>& keys);

// Pure: the same as one command for the server.
[[nodiscard]] Command sshd_command(const Place& place, const plan::SshdSetup& setup, const HostKeyFiles& host_keys,
                                   const std::string& fingerprint);

// Writes the setup's files, ends an sshd of ours that runs with another one (its sessions go on), and starts the new
// one: kept by a loop that starts it again when it dies. Returns when it listens.
[[nodiscard]] Result<void> start_sshd(CommandRunner& server, const Place& place, const plan::SshdSetup& setup,
                                      const HostKeyFiles& host_keys, const std::string& fingerprint,
                                      const std::stop_token& stop);

// The person's key joins those that our running sshd admits; nothing is restarted.
[[nodiscard]] Result<void> authorize_key(CommandRunner& server, const Place& place, const plan::AuthorizeKey& action,
                                         const std::stop_token& stop);

// Everything of ours: processes, folders, the line in /etc/profile.d with its folder's time.
[[nodiscard]] Result<void> eject(CommandRunner& server, const Place& place, const plan::Eject& action,
                                 const std::stop_token& stop);

}  // namespace helper::inside
