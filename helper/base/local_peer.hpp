// LocalPeer is the other end of a TCP connection within this machine, and the user who holds it: every user of a
// machine can reach its loopback ports, so whose connection it is must be asked of the kernel.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <netinet/in.h>
#include <optional>
#include <string_view>
#include <sys/types.h>

namespace helper {

// A socket as the kernel's tables show it (sock_diag(7), proc(5)).
struct LocalPeer {
  uid_t uid = 0;            // of the socket; as seen from our own user namespace
  std::uint64_t inode = 0;  // 0: no process holds it any more
  std::uint8_t state = 0;   // tcp_states.h: 1 = TCP_ESTABLISHED
  friend bool operator==(const LocalPeer&, const LocalPeer&) = default;
};

// Whose connections are accepted.
struct PeerPolicy {
  uid_t me = 0;
  bool others = false;  // every local user's: the lookup is off
  // Under WSL, Windows' programs come through a relay: root's, or one that this machine's tables do not show.
  bool relay = false;
};

// `others` is what the person chose (config/daemon_options); the rest is read from this process and this machine.
[[nodiscard]] PeerPolicy peer_policy(bool others);
// Pure: whether `release` (/proc/sys/kernel/osrelease) is that of a Linux within Windows.
[[nodiscard]] bool is_wsl(std::string_view release);

// Pure. A peer that is not found, that is held by no process, or whose connection is not open is refused. A client that
// has said all it wants to say and waits for the answer (FIN_WAIT) is still there. Root is another user like any.
[[nodiscard]] bool may_connect(const PeerPolicy& policy, const std::optional<LocalPeer>& peer);

// The two ends of a connection, from the peer's side: its own address and the one that it called.
struct PeerAddresses {
  sockaddr_in peer{};
  sockaddr_in here{};
};
// Pure: the peer's socket in the text of /proc/net/tcp or tcp6 (where IPv4 addresses are mapped); nullopt when it shows
// none.
[[nodiscard]] std::optional<LocalPeer> peer_in_table(std::string_view table, const PeerAddresses& addresses);

// Asks the kernel; one for each thread that accepts.
class PeerLookup {
 public:
  PeerLookup();

  // Whether the connection that was accepted as `socket` may stay, by `policy`. Blocks for no longer than one question
  // to the kernel takes. A socket whose connection ended meanwhile may not: its addresses may be another's by now.
  [[nodiscard]] bool admits(const PeerPolicy& policy, int socket);
  // Whether any process still holds the other end open.
  [[nodiscard]] bool is_there(int socket);

 private:
  // False when the kernel gave no clear answer; `peer` is empty when it knows of none.
  [[nodiscard]] bool find(const PeerAddresses& addresses, std::optional<LocalPeer>& peer);

  Fd netlink_;  // none where the kernel has no sock_diag for TCP: then /proc/net is read
  std::uint32_t sequence_ = 0;
};

}  // namespace helper
