#include "base/spawn.hpp"

#include <array>
#include <csignal>
#include <cstring>
#include <spawn.h>
#include <unistd.h>

namespace helper {
namespace {

class SpawnSetup {
 public:
  explicit SpawnSetup(const StandardFds& fds) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, fds.in, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, fds.out, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, fds.err, STDERR_FILENO);
    ::posix_spawnattr_init(&attributes_);
    sigset_t all;
    sigset_t none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnSetup() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &actions_; }
  [[nodiscard]] const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

Result<pid_t> spawn_shell(const std::string& script, const StandardFds& fds) {
  std::string shell = "sh";
  std::string option = "-c";
  std::string text = script;
  const std::array<char*, 4> argv{shell.data(), option.data(), text.data(), nullptr};
  const SpawnSetup setup(fds);
  pid_t pid = -1;
  if (const int rc = ::posix_spawn(&pid, "/bin/sh", setup.actions(), setup.attributes(), argv.data(), environ);
      rc != 0) {
    return fail(ErrorCode::server_command, "sh", std::string("cannot be started (") + std::strerror(rc) + ")");
  }
  return pid;
}

}  // namespace helper
