// The public half of a private key, derived from the private one.
#pragma once

#include <string>

namespace helper::ssh {

// "ssh-ed25519 AAAA..." for the private key of that text, which is in `file`. "" when nothing tells it: the text is no
// private key, or one in an older format that a passphrase locks (OpenSSH's own has the public half in the clear).
// Asks nobody.
[[nodiscard]] std::string public_half(const std::string& file, const std::string& text);

// Whether the text is that of a private key at all.
[[nodiscard]] bool is_private_key(const std::string& text);

}  // namespace helper::ssh
