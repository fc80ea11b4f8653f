// Small questions to the socket calls, answered as Results; every descriptor made here is non-blocking and
// close-on-exec, so that no child process keeps one of our ports.
#pragma once

#include "base/endpoint.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace helper::tunnel {

// Listens on 127.0.0.1:port and nowhere else. Error: port_busy, which names the holder; tunnel_failed.
[[nodiscard]] Result<Fd> listen_on_loopback(std::uint16_t port, const std::string& name);

enum class AcceptOutcome { accepted, none_waiting, out_of_descriptors };
struct Accepted {
  AcceptOutcome outcome = AcceptOutcome::none_waiting;
  Fd socket;
  Endpoint from;
};
[[nodiscard]] Accepted accept_one(int listener);

// Whether `endpoint` names a place by number ("127.0.0.1", "172.17.0.2", "::1"): names would need a resolver that can
// block.
[[nodiscard]] bool is_numeric(const Endpoint& endpoint);
// Begins a TCP connection; it is made, or has failed, when the socket turns writable. `endpoint` is numeric.
[[nodiscard]] Result<Fd> begin_connect(const Endpoint& endpoint);
// 0, or the errno of a connection that failed.
[[nodiscard]] int socket_error(int socket);

// How a transfer call ended: bytes moved (0 on a read: end of file), or none for now, or the connection is broken.
struct Moved {
  std::size_t bytes = 0;
  bool blocked = false;
  bool broken = false;
};
[[nodiscard]] Moved receive(int socket, std::span<char> into);
[[nodiscard]] Moved transmit(int socket, std::span<const char> bytes);

// So that closing it tells the peer "broken off" (a TCP reset) and not "all was said".
void reset_on_close(int socket);

}  // namespace helper::tunnel
