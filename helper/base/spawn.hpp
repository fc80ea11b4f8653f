// spawn_shell starts shell text beside us: a child process with three descriptors of ours and nothing else of ours.
#pragma once

#include "base/result.hpp"

#include <string>
#include <sys/types.h>

namespace helper {

// Its standard descriptors; each above 2, and close-on-exec with us.
struct StandardFds {
  int in = -1;
  int out = -1;
  int err = -1;
};

// Runs `script` by `sh -c`, as the leader of its own process group, with default signals. Whoever calls it waits for it
// (waitpid) and, if need be, ends it (kill of -pid). Error: server_command.
[[nodiscard]] Result<pid_t> spawn_shell(const std::string& script, const StandardFds& fds);

}  // namespace helper
