// PortHolder is the program that keeps a local TCP port, as far as this machine tells us. Linux only (it reads /proc);
// elsewhere nobody is ever found.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace helper::tunnel {

struct PortHolder {
  pid_t pid = 0;        // 0 = a program that we are not permitted to look at
  std::string command;  // as /proc/PID/comm names it (15 bytes at most); "" with pid 0
  std::string user;     // the socket's owner; "" when unknown
  friend bool operator==(const PortHolder&, const PortHolder&) = default;
};

// One socket of /proc/net/tcp or tcp6 (proc(5)).
struct SocketRow {
  std::uint64_t inode = 0;
  uid_t uid = 0;
  bool listening = false;
  friend bool operator==(const SocketRow&, const SocketRow&) = default;
};

// Pure: the sockets whose local port is `port`; lines that do not fit the format are skipped.
[[nodiscard]] std::vector<SocketRow> sockets_on_port(std::string_view proc_net_tcp, std::uint16_t port);

// Who keeps `port`: a listener if there is one, else any socket with that local port. nullopt when no socket is seen.
[[nodiscard]] std::optional<PortHolder> find_port_holder(std::uint16_t port);

// The edit that gets a busy tunnel another local port, by number: "set ssh.local_port to 2223 in helper.json".
[[nodiscard]] std::string other_port(std::uint16_t port, const std::string& name);

// The port_busy error for tunnel `name` ("ssh", "jupyter", or any other).
[[nodiscard]] Error port_busy_error(std::uint16_t port, const std::string& name,
                                    const std::optional<PortHolder>& holder);

}  // namespace helper::tunnel
