// Gate and Listener: a local port that is open, and who may use it.
#pragma once

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/local_peer.hpp"
#include "tunnel/loop.hpp"
#include "tunnel/sockets.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>

namespace helper::tunnel {

// Gate is who may use the local ports of a target: connections of other users of this machine are ended at once. It
// lives on the loop's thread.
class Gate {
 public:
  explicit Gate(PeerPolicy policy);

  // Whether the connection may stay. One that may not must be closed: its peer gets a reset.
  [[nodiscard]] bool admits(int socket, std::uint16_t port);

  // One descriptor is kept for the time when no other is left: with it a connection can be taken, so that strangers who
  // wait in front of it can be sent away. False when it is in use or not available.
  bool lend_descriptor();
  void reserve_descriptor();

 private:
  void count_refusal(std::uint16_t port);
  PeerPolicy policy_;
  PeerLookup lookup_;
  Fd spare_;
  std::size_t unsaid_ = 0;  // refusals since the last line in the log
  SteadyTime said_at_{};
};

// Listener is one open local port: it accepts the connections that its gate admits, until it goes.
class Listener {
 public:
  // `socket` is listening on `port`. `accepted` takes each new connection. The gate outlives it.
  Listener(Loop& loop, Gate& gate, Fd socket, std::uint16_t port, std::function<void(Fd, Endpoint)> accepted);

 private:
  void accept_all();
  Gate& gate_;
  Fd socket_;
  std::uint16_t port_;
  std::function<void(Fd, Endpoint)> accepted_;
  Timer pause_;
  Watch watch_;  // last: it goes before the socket
};

}  // namespace helper::tunnel
