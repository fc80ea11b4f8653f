// The person's SSH key pair on this machine: found, or made in our own folder when there is none. ~/.ssh is only read.
#pragma once

#include "base/files.hpp"
#include "base/paths.hpp"
#include "plan/observed.hpp"

#include <optional>
#include <stop_token>
#include <string>

namespace helper::ensure {

// `wanted` is the config's ssh.key: "auto", or a private key file. For "auto" the first of ~/.ssh/id_ed25519, id_ecdsa,
// id_rsa that has its public half beside it, else the one that make_local_key made. Error file_failed: a key that the
// config names is not there, or its .pub is not a public key.
[[nodiscard]] Result<std::optional<plan::LocalKey>> find_local_key(FileStore& files, const Paths& paths,
                                                                   const std::string& wanted);

// ed25519, no passphrase (nothing could ask for one when a tunnel comes back by itself), 0600, in our own folder.
[[nodiscard]] Result<void> make_local_key(const Paths& paths, const std::stop_token& stop);

// Whether this is one line "type base64 [comment]" of a public key (RFC 4253, section 6.6, as OpenSSH writes it). Pure.
[[nodiscard]] bool is_public_key_line(std::string_view line);

}  // namespace helper::ensure
