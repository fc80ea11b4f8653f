// Listener is one open local port: it accepts connections until it goes.
#pragma once

#include "base/fd.hpp"
#include "tunnel/loop.hpp"
#include "tunnel/sockets.hpp"

#include <functional>

namespace helper::tunnel {

class Listener {
 public:
  // `socket` is listening. `accepted` takes each new connection.
  Listener(Loop& loop, Fd socket, std::function<void(Fd, Endpoint)> accepted);

 private:
  void accept_all();
  Fd socket_;
  std::function<void(Fd, Endpoint)> accepted_;
  Timer pause_;
  Watch watch_;  // last: it goes before the socket
};

}  // namespace helper::tunnel
