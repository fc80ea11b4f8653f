// A Transport is the byte stream below an SSH session: a TCP socket, a bridge through a jump host, or a proxy command.
#pragma once

#include "base/fd.hpp"
#include "ssh/native.hpp"

#include <memory>

namespace helper::ssh {

struct Transport {
  Fd fd;                             // non-blocking, close-on-exec
  int liveness_fd = -1;              // as in Session::Native
  std::unique_ptr<Carrier> carrier;  // what must live as long as `fd` is used
};

// Dials `host` the way it asks for. Errors as Session::connect.
[[nodiscard]] Result<Transport> open_transport(const HostConfig& host, const ConnectOptions& options,
                                               const std::stop_token& stop);

}  // namespace helper::ssh
