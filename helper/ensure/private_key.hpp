// What a private key file says about itself without its passphrase.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace helper::ensure {

struct PrivateKeyFacts {
  bool has_passphrase = false;
  std::optional<std::string> public_half;  // as base64, as in its .pub; absent where the format hides or lacks it
};

// Pure. OpenSSH's own format (PROTOCOL.key of OpenSSH) and PEM (RFC 1421, RFC 5958); of anything else nothing is known.
[[nodiscard]] PrivateKeyFacts read_private_key(std::string_view text);

// As ssh(1) has it: a file of this user's that others may use in any way (authfile.c, sshkey_perm_ok).
[[nodiscard]] bool is_open_to_others(const std::string& file);

}  // namespace helper::ensure
