// Listener is one open local port: it accepts the connections that its gate admits, until it goes.
#pragma once

#include "base/fd.hpp"
#include "tunnel/gate.hpp"
#include "tunnel/loop.hpp"
#include "tunnel/sockets.hpp"

#include <cstdint>
#include <functional>

namespace helper::tunnel {

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
