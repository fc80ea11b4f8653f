#include "ssh/authenticate.hpp"

#include <memory>
#include <string>

namespace helper::ssh {

Result<void> authenticate(const HostConfig& host, const ConnectOptions& options, const Wire& wire, const std::stop_token& stop) {
  using KeyPtr = std::unique_ptr<ssh_key_struct, decltype(&ssh_key_free)>;
  for (const auto& file : host.identity_files) {
    ssh_key raw = nullptr;
    if (ssh_pki_import_privkey_file(file.c_str(), nullptr, nullptr, nullptr, &raw) != SSH_OK) continue;
    const KeyPtr key(raw, ssh_key_free);
    const Limit limit(options.connect_timeout, stop);
    const int rc = drive(wire, limit, SSH_AUTH_AGAIN, [&] { return ssh_userauth_publickey(wire.session, nullptr, key.get()); });
    if (rc == SSH_AUTH_SUCCESS) return {};
    if (rc == SSH_AUTH_AGAIN) return gave_up(host.alias, limit, "logging in");
  }
  return fail(ErrorCode::server_auth, host.alias, "the server accepts none of the key files");
}

}  // namespace helper::ssh
