// TcpHealth is what the kernel knows of one TCP connection's silence. Linux only; elsewhere nothing is known.
#pragma once

#include "base/clock.hpp"

#include <optional>

namespace helper::ssh {

struct TcpHealth {
  bool unacked = false;        // bytes of ours are on the way or waiting
  Milliseconds since_ack{0};   // since the peer last acknowledged anything
  Milliseconds round_trip{0};  // smoothed
};

// nullopt when `fd` is -1 or no TCP socket.
[[nodiscard]] std::optional<TcpHealth> tcp_health(int fd);

// Lets the kernel keep the connection while bytes stay unacknowledged for this long (TCP_USER_TIMEOUT).
void set_tcp_patience(int fd, Milliseconds patience);

}  // namespace helper::ssh
