// Pipe is the two ends of a pipe, neither of which a child process inherits by accident.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"

namespace helper {

struct Pipe {
  Fd read;
  Fd write;
};

// Both ends are close-on-exec and never one of the three standard descriptors, even in a process that has closed those.
[[nodiscard]] Result<Pipe> make_pipe();

}  // namespace helper
