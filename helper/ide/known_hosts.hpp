// The pinned host keys of targets, as lines of our own known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace helper::ide {

// `text` with the target's lines replaced by one for each host key ("ssh-ed25519 AAAA...", a comment behind it is
// dropped), none for none. A key is listed under helper-SSH_NAME and, for clients that know no alias, under
// [127.0.0.1]:local_port. Every other byte stays. Error: inside_failed for what is not a public key.
[[nodiscard]] Result<std::string> with_host_keys(std::string_view text, const std::string& ssh_name,
                                                 std::uint16_t local_port, const std::vector<std::string>& host_keys);

// The target's host keys in `text`, as "TYPE BASE64", in the order of the file.
[[nodiscard]] std::vector<std::string> host_keys_of(std::string_view text, const std::string& ssh_name);

}  // namespace helper::ide
