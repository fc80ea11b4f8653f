// The host keys of a target's containers: made once on this machine, so that they are the same after every recreate.
#pragma once

#include "base/files.hpp"
#include "base/paths.hpp"
#include "inside/sshd.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace helper::ensure {

// The public halves, "TYPE BASE64", of both kinds; none when not both are there, whole.
[[nodiscard]] Result<std::vector<std::string>> find_host_keys(FileStore& files, const Paths& paths,
                                                              const std::string& target);
// Error file_failed when they are not there.
[[nodiscard]] Result<inside::HostKeyFiles> read_host_keys(FileStore& files, const Paths& paths,
                                                          const std::string& target);

// ed25519 and ECDSA, 0600. RSA is left out: it takes a second to make, and every client that still lives knows ECDSA.
[[nodiscard]] Result<void> make_host_keys(FileStore& files, const Paths& paths, const std::string& target,
                                          const std::stop_token& stop);

// Removes what a daemon that was killed while it made some left in the runtime folder. For the one daemon, when it
// begins.
void remove_half_made_host_keys(const Paths& paths);

}  // namespace helper::ensure
