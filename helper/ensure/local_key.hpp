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
// id_rsa whose public half is known, else the one that make_local_key made; one that ssh would not use (key_problem) is
// skipped, unless there is no better. The public half is the one beside it, or is derived from the private one.
// Error file_failed: a key that the config names is not there, or nothing tells its public half; the fix is a command
// that leaves every key as it is.
[[nodiscard]] Result<std::optional<plan::LocalKey>> find_local_key(FileStore& files, const Paths& paths,
                                                                   const std::string& wanted);

// ed25519, no passphrase (nothing could ask for one when a tunnel comes back by itself), 0600, in our own folder.
[[nodiscard]] Result<void> make_local_key(const Paths& paths, const std::stop_token& stop);

// The key in the text of a .pub file: its first line that is no comment, without options before the type, without what
// ends the line (CRLF too). "" when that line is no key. Pure.
[[nodiscard]] std::string public_key_of(std::string_view text);

// Whether this is one line "type base64 [comment]" of a public key (RFC 4253, section 6.6, as OpenSSH writes it). Pure.
[[nodiscard]] bool is_public_key_line(std::string_view line);

}  // namespace helper::ensure
