// PipeEnds is the two ends of a pipe, neither of which a child process inherits by accident.
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

}  // namespace helper
