// The host keys of a target's container on this machine. They belong to the container: its record has them for every
// client, and one that is recreated keeps them.
#pragma once

#include "base/files.hpp"
#include "base/paths.hpp"
#include "config/config.hpp"
#include "inside/sshd.hpp"

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace helper::ensure {

struct LocalHostKeys {
  std::vector<std::string> open;  // public halves, "TYPE BASE64", of both kinds; none when not both are here, whole
  inside::HostKeyFiles secret;
};

// Those that this machine has for the target's container; an earlier version kept them by the target's name.
[[nodiscard]] Result<LocalHostKeys> find_host_keys(FileStore& files, const Paths& paths, const config::Target& target);
// Error file_failed when there are none.
[[nodiscard]] Result<LocalHostKeys> must_find_host_keys(FileStore& files, const Paths& paths,
                                                        const config::Target& target);

// ed25519 and ECDSA, 0600. RSA is left out: it takes a second to make, and every client in use today knows ECDSA.
[[nodiscard]] Result<void> make_host_keys(FileStore& files, const Paths& paths, const config::Target& target,
                                          const std::stop_token& stop);

// The private keys as one text, as a record keeps them.
[[nodiscard]] std::string to_text(const inside::HostKeyFiles& keys);
// Takes such a text apart and keeps it here, with the public halves. What is around the keys in it is left out.
// Error file_failed when they are not all there.
[[nodiscard]] Result<void> keep_host_keys(FileStore& files, const Paths& paths, const config::Target& target,
                                          std::string_view text, const std::vector<std::string>& open);

// Removes what a daemon that was killed while it made some left in the runtime folder. For the one daemon, when it
// begins.
void remove_half_made_host_keys(const Paths& paths);

}  // namespace helper::ensure
