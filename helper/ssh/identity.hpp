// An Identity is one IdentityFile as found on the disk: whether it can sign by itself, needs a passphrase, or only
// names a key that an agent holds.
#pragma once

#include "ssh/certificate.hpp"

#include <libssh/libssh.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace helper::ssh {

struct KeyFree {
  void operator()(ssh_key key) const { ssh_key_free(key); }
};
using KeyPtr = std::unique_ptr<ssh_key_struct, KeyFree>;

enum class KeyFileState {
  absent,
  plain,
  encrypted,
  public_only,  // the public half, naming a key of the agent
  exposed,      // others may read it: refused, as ssh(1) does
  unusable,     // not a key, or cannot be read
};

// Pure: what a key file holds, by its text alone (plain, encrypted, public_only or unusable).
[[nodiscard]] KeyFileState classify_key(std::string_view text);

struct Identity {
  std::string file;
  KeyFileState state = KeyFileState::absent;
  std::string text;   // of the private key; wiped with the identity
  KeyPtr public_key;  // null when no public half was found
  std::string public_base64;
  std::optional<Certificate> certificate;  // FILE-cert.pub

  Identity() = default;
  ~Identity();
  Identity(Identity&&) = default;
  Identity& operator=(Identity&&) = delete;
  Identity(const Identity&) = delete;
  Identity& operator=(const Identity&) = delete;

  // The private key; null when the passphrase (nullptr for a plain key) does not open it.
  [[nodiscard]] KeyPtr private_key(const char* passphrase) const;
};

// What is offered to a server to see whether it takes the certificate; null when libssh does not read it.
[[nodiscard]] KeyPtr certificate_key(const Certificate& certificate);

// The private key as it logs in by a certificate about it; null when libssh does not take the two together.
[[nodiscard]] KeyPtr with_certificate(KeyPtr key, const Certificate& certificate);

// Reads the file and, beside it, FILE.pub and FILE-cert.pub. Never fails: the state says what is wrong.
[[nodiscard]] Identity read_identity(const std::string& file);

// The public half of a private key, derived from the private one.

// "ssh-ed25519 AAAA..." for the private key of that text, which is in `file`. "" when it is not known: the text is no
// private key, or one in an older format that a passphrase locks (OpenSSH's own has the public half in the clear).
// Asks nobody.
[[nodiscard]] std::string public_half(const std::string& file, const std::string& text);

// Whether the text is that of a private key at all.
[[nodiscard]] bool is_private_key(const std::string& text);

}  // namespace helper::ssh
