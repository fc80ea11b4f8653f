// Signals as child processes and pipes need them: a clean slate before exec, and no end by a closed pipe.
#pragma once

#include <csignal>

namespace helper {

// Between fork and exec: every signal back to its default and unblocked. A program inherits what is ignored or blocked,
// and one that starts with SIGTERM blocked cannot be ended politely. Async-signal-safe.
void reset_signals_for_exec() noexcept;

// While it lives, writing to a pipe that nobody reads any more gives EPIPE on this thread instead of SIGPIPE, whatever
// the rest of the process does with that signal.
class SigpipeBlocked {
 public:
  SigpipeBlocked() noexcept;
  ~SigpipeBlocked();
  SigpipeBlocked(const SigpipeBlocked&) = delete;
  SigpipeBlocked& operator=(const SigpipeBlocked&) = delete;

 private:
  sigset_t before_{};
  bool was_pending_ = false;
};

}  // namespace helper
