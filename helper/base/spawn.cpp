#include "base/spawn.hpp"

#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

namespace helper {
namespace {

class SpawnSetup {
 public:
  SpawnSetup(const StandardFds& fds, Leads leads) {
    ::posix_spawn_file_actions_init(&actions_);
    tie(STDIN_FILENO, fds.in);
    tie(STDOUT_FILENO, fds.out);
    tie(STDERR_FILENO, fds.err);
    ::posix_spawnattr_init(&attributes_);
    sigset_t all;
    sigset_t none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    const int lead = leads == Leads::session ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
    ::posix_spawnattr_setflags(&attributes_, static_cast<short>(lead | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
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
  void tie(int standard, int fd) {
    if (fd < 0) {
      ::posix_spawn_file_actions_addopen(&actions_, standard, "/dev/null", O_RDWR, 0);
    } else {
      ::posix_spawn_file_actions_adddup2(&actions_, fd, standard);
    }
  }

  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

Result<pid_t> spawn(const std::string& program, const std::vector<std::string>& argv, const StandardFds& fds,
                    Leads leads) {
  std::vector<std::string> words = argv;
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const SpawnSetup setup(fds, leads);
  pid_t pid = -1;
  if (const int rc =
          ::posix_spawn(&pid, program.c_str(), setup.actions(), setup.attributes(), pointers.data(), environ);
      rc != 0) {
    return fail(ErrorCode::server_command, argv.front(), std::string("cannot be started (") + std::strerror(rc) + ")");
  }
  return pid;
}

Result<pid_t> spawn_shell(const std::string& script, const StandardFds& fds) {
  return spawn("/bin/sh", {"sh", "-c", script}, fds, Leads::group);
}

}  // namespace helper
