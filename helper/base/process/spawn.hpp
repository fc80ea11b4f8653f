// spawn starts a child process with three descriptors of ours and nothing else of ours.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <stop_token>
#include <string>
#include <sys/types.h>
#include <vector>

namespace helper {

// Between fork and exec: whatever is above the standard three is closed by the exec. A library opens sockets and files
// that are not close-on-exec, and a child that held one would keep a port or a conversation alive. Every child of ours
// goes through this or through spawn(). Async-signal-safe.
void close_others_on_exec() noexcept;
// Between fork and exec or end: closes `first` and all above it, at once. Async-signal-safe.
void close_from(int first) noexcept;

// Its standard descriptors; each above 2, and close-on-exec with us. -1: /dev/null.
struct StandardFds {
  int in = -1;
  int out = -1;
  int err = -1;
};

// What the child is the leader of.
enum class Leads { group, session };

// Runs the program at a path, with default signals. The caller waits for it (waitpid) and, if needed, ends it
// (kill of -pid). Errors: server_command, internal (no descriptor is left).
[[nodiscard]] Result<pid_t> spawn(const std::string& program, const std::vector<std::string>& argv,
                                  const StandardFds& fds, Leads leads);

// Runs `script` by `sh -c`, as the leader of its own process group. Same error.
[[nodiscard]] Result<pid_t> spawn_shell(const std::string& script, const StandardFds& fds);

// Ends such a child with its group: asked first, killed after `politely`, and waited for.
void end_group(pid_t child, Milliseconds politely) noexcept;

// launch starts a program that goes on without us, as a desktop's opener of files and links does.

// Runs argv (argv[0] is looked up on PATH when it has no slash) in a session of its own, with /dev/null as its standard
// descriptors and none of our others. Waits up to `limit` for its end: one that failed within it is an error, one that
// runs on is left to itself: a child of this process until then. Errors: file_failed, cancelled.
[[nodiscard]] Result<void> launch(const std::vector<std::string>& argv, Milliseconds limit,
                                  const std::stop_token& stop);

// Removes the file after `delay`, whether we still run then or not.
void remove_later(const std::filesystem::path& file, std::chrono::seconds delay);

}  // namespace helper
