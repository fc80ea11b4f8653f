#include "ssh/proxy_command.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace helper::ssh {
namespace {

constexpr Milliseconds k_end_politely{500};

class SpawnSetup {
 public:
  explicit SpawnSetup(int fd) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_adddup2(&actions_, fd, STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions_, fd, STDOUT_FILENO);
    // Nobody reads what it says there, and a daemon's own standard error is no place for a stranger's words.
    ::posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
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

Result<Transport> ProxyCommand::start(const std::string& name, const std::string& command) {
  const auto cannot = [&](int error_number) {
    return fail(ErrorCode::server_unreachable, name,
                std::string("its ProxyCommand cannot be started (") + std::strerror(error_number) + ")",
                "look at ProxyCommand in ~/.ssh/config");
  };
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return cannot(errno);
  Transport transport;
  transport.fd.reset(ends[0]);
  const Fd theirs(ends[1]);
  if (::fcntl(transport.fd.get(), F_SETFL, O_NONBLOCK) != 0) return cannot(errno);
  std::string shell = "sh";
  std::string option = "-c";
  // The shell gives its place to the program, so that the program is what gets our signals. The text is the person's
  // own, from ~/.ssh/config, and means shell text: it is the one thing that is not quoted.
  std::string text = "exec " + command;
  const std::array<char*, 4> argv{shell.data(), option.data(), text.data(), nullptr};
  const SpawnSetup setup(theirs.get());
  pid_t pid = -1;
  if (const int rc = ::posix_spawn(&pid, "/bin/sh", setup.actions(), setup.attributes(), argv.data(), environ); rc != 0)
    return cannot(rc);
  transport.carrier = std::unique_ptr<ProxyCommand>(new ProxyCommand(pid));
  return transport;
}

ProxyCommand::~ProxyCommand() {
  ::kill(-pid_, SIGTERM);
  const auto until = std::chrono::steady_clock::now() + k_end_politely;
  while (::waitpid(pid_, nullptr, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > until) {
      ::kill(-pid_, SIGKILL);
      static_cast<void>(::waitpid(pid_, nullptr, 0));
      return;
    }
    std::this_thread::sleep_for(Milliseconds(5));
  }
}

}  // namespace helper::ssh
