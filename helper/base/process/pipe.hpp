// PipeEnds is the two ends of a pipe, and SocketPair those of a connection within this machine; a child process
// inherits neither end by accident.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

namespace helper {

struct PipeEnds {
  Fd read;
  Fd write;
};

// Both ends are close-on-exec and never one of the three standard descriptors, even in a process that has closed those.
[[nodiscard]] Result<PipeEnds> make_pipe();

// A stream both ways between us and a child.
struct SocketPair {
  Fd ours;    // non-blocking
  Fd theirs;  // blocking
};

[[nodiscard]] Result<SocketPair> make_socket_pair();

}  // namespace helper
