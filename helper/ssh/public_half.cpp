#include "ssh/public_half.hpp"

#include "ssh/identity.hpp"

namespace helper::ssh {

std::string public_half(const std::string& file, const std::string& text) {
  const KeyFileState state = classify_key(text);
  ssh_key read = nullptr;
  if (state == KeyFileState::plain) {
    // libssh would ask at the terminal for a passphrase if it were given no function for that.
    const auto nobody = [](const char*, char*, std::size_t, int, int, void*) { return -1; };
    if (ssh_pki_import_privkey_base64(text.c_str(), nullptr, nobody, nullptr, &read) != SSH_OK) return {};
  } else if (state != KeyFileState::encrypted || ssh_pki_import_pubkey_file(file.c_str(), &read) != SSH_OK) {
    return {};
  }
  const KeyPtr key(read);
  char* base64 = nullptr;
  if (ssh_pki_export_pubkey_base64(key.get(), &base64) != SSH_OK) return {};
  std::string line = std::string(ssh_key_type_to_char(ssh_key_type(key.get()))) + " " + base64;
  ssh_string_free_char(base64);
  return line;
}

bool is_private_key(const std::string& text) {
  const KeyFileState state = classify_key(text);
  return state == KeyFileState::plain || state == KeyFileState::encrypted;
}

}  // namespace helper::ssh
