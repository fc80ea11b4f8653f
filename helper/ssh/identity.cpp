#include "ssh/identity.hpp"

#include "base/digest.hpp"
#include "base/files.hpp"

#include <cstring>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace helper::ssh {

namespace {

KeyPtr read_public(const std::string& file) {
  ssh_key key = nullptr;
  if (ssh_pki_import_pubkey_file(file.c_str(), &key) != SSH_OK) return nullptr;
  return KeyPtr(key);
}

std::string to_base64(const KeyPtr& key) {
  char* text = nullptr;
  if (!key || ssh_pki_export_pubkey_base64(key.get(), &text) != SSH_OK) return {};
  std::string out(text);
  ssh_string_free_char(text);
  return out;
}

bool is_exposed(const std::string& file) {
  struct stat info {};
  return ::stat(file.c_str(), &info) == 0 && info.st_uid == ::getuid() && (info.st_mode & 077) != 0;
}

}  // namespace

KeyFileState classify_key(std::string_view text) {
  constexpr std::string_view k_openssh = "-----BEGIN OPENSSH PRIVATE KEY-----";
  // Base64 of "openssh-key-v1", a NUL, and the cipher's name "none" with its length (OpenSSH, PROTOCOL.key).
  constexpr std::string_view k_no_cipher = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU";
  if (const std::size_t at = text.find(k_openssh); at != std::string_view::npos) {
    const std::size_t body = text.find_first_not_of("\r\n", at + k_openssh.size());
    if (body == std::string_view::npos) return KeyFileState::unusable;
    return text.substr(body).starts_with(k_no_cipher) ? KeyFileState::plain : KeyFileState::encrypted;
  }
  if (text.find("-----BEGIN ") != std::string_view::npos && text.find(" PRIVATE KEY-----") != std::string_view::npos) {
    const bool encrypted = text.find("BEGIN ENCRYPTED PRIVATE KEY") != std::string_view::npos ||
                           text.find("Proc-Type: 4,ENCRYPTED") != std::string_view::npos;
    return encrypted ? KeyFileState::encrypted : KeyFileState::plain;
  }
  const bool is_public = text.starts_with("ssh-") || text.starts_with("ecdsa-sha2-") || text.starts_with("sk-");
  return is_public ? KeyFileState::public_only : KeyFileState::unusable;
}

Identity::~Identity() { explicit_bzero(text.data(), text.size()); }

KeyPtr Identity::private_key(const char* passphrase) const {
  ssh_key key = nullptr;
  if (ssh_pki_import_privkey_base64(text.c_str(), passphrase, nullptr, nullptr, &key) != SSH_OK) return nullptr;
  return KeyPtr(key);
}

KeyPtr certificate_key(const Certificate& certificate) {
  ssh_key read = nullptr;
  if (ssh_pki_import_cert_file(certificate.file.c_str(), &read) != SSH_OK) return nullptr;
  return KeyPtr(read);
}

KeyPtr with_certificate(KeyPtr key, const Certificate& certificate) {
  const KeyPtr read = certificate_key(certificate);
  if (!key || !read || ssh_pki_copy_cert_to_privkey(read.get(), key.get()) != SSH_OK) return nullptr;
  return key;
}

Identity read_identity(const std::string& file) {
  Identity identity;
  identity.file = file;
  DiskFileStore files;
  auto text = files.read(file);
  if (text && *text) {
    identity.text = std::move(**text);
    identity.state = classify_key(identity.text);
    if (identity.state == KeyFileState::public_only) identity.text.clear();
    const bool is_private = identity.state == KeyFileState::plain || identity.state == KeyFileState::encrypted;
    if (is_private && is_exposed(file)) identity.state = KeyFileState::exposed;
  } else if (!text) {
    identity.state = KeyFileState::unusable;
  }
  if (identity.state == KeyFileState::exposed) return identity;
  // With FILE.pub alone, FILE names a key of the agent.
  identity.public_key = read_public(file + ".pub");
  if (!identity.public_key && identity.state != KeyFileState::absent && identity.state != KeyFileState::unusable) {
    identity.public_key = read_public(file);  // OpenSSH's container has the public half in the clear
  }
  identity.public_base64 = to_base64(identity.public_key);
  identity.certificate = read_certificate(file + "-cert.pub");
  if (identity.certificate && identity.public_base64.empty())
    identity.public_base64 = base64(identity.certificate->plain);
  return identity;
}

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
