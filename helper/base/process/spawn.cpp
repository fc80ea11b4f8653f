#include "base/process/spawn.hpp"

#include "base/process/process.hpp"
#include "base/shortage.hpp"

#include <climits>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#if defined(__linux__)
#include <linux/close_range.h>
#endif

namespace helper {

namespace {

constexpr rlim_t k_most_descriptors = 65'536;  // looked at one by one, where the system knows no range of them

template <class Act>
void each_from(int first, Act act) noexcept {
  rlimit limit{};
  const bool known = ::getrlimit(RLIMIT_NOFILE, &limit) == 0;
  const auto end = static_cast<int>(known ? std::min(limit.rlim_cur, k_most_descriptors) : k_most_descriptors);
  for (int fd = first; fd < end; ++fd) act(fd);
}

class SpawnSetup {
 public:
  SpawnSetup(const StandardFds& fds, Leads leads) {
    ::posix_spawn_file_actions_init(&actions_);
    tie(STDIN_FILENO, fds.in);
    tie(STDOUT_FILENO, fds.out);
    tie(STDERR_FILENO, fds.err);
    int extra = 0;
#if defined(__APPLE__)
    extra = POSIX_SPAWN_CLOEXEC_DEFAULT;
#elif __GLIBC_PREREQ(2, 34)
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
#else
#error "this C library cannot close the other descriptors of a child that posix_spawn starts"
#endif
    ::posix_spawnattr_init(&attributes_);
    sigset_t all;
    sigset_t none;
    ::sigfillset(&all);
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    const int lead = leads == Leads::session ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
    ::posix_spawnattr_setflags(&attributes_,
                               static_cast<short>(lead | extra | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
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

void close_others_on_exec() noexcept {
#if defined(__linux__) && defined(CLOSE_RANGE_CLOEXEC)
  if (::close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC) == 0) return;
#endif
  each_from(STDERR_FILENO + 1, [](int fd) { ::fcntl(fd, F_SETFD, FD_CLOEXEC); });
}

void close_from(int first) noexcept {
#if defined(__linux__)
  if (::close_range(static_cast<unsigned>(first), UINT_MAX, 0) == 0) return;
#endif
  each_from(first, [](int fd) { ::close(fd); });
}

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
    return fail(by_errno({ErrorCode::server_command, argv.front(), "cannot be started", {}}, rc));
  }
  return pid;
}

void end_group(pid_t child, Milliseconds politely) noexcept {
  ::kill(-child, SIGTERM);
  const auto until = std::chrono::steady_clock::now() + politely;
  while (::waitpid(child, nullptr, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > until) {
      ::kill(-child, SIGKILL);
      static_cast<void>(::waitpid(child, nullptr, 0));
      return;
    }
    std::this_thread::sleep_for(Milliseconds(5));
  }
}

Result<pid_t> spawn_shell(const std::string& script, const StandardFds& fds) {
  return spawn("/bin/sh", {"sh", "-c", script}, fds, Leads::group);
}

namespace {

constexpr Milliseconds k_look{20};  // how often its end is looked for

Result<void> judge(const std::string& program, int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  const std::string how = WIFEXITED(status) ? "it ended with status " + std::to_string(WEXITSTATUS(status))
                                            : "signal " + std::to_string(WTERMSIG(status)) + " ended it";
  return fail(ErrorCode::file_failed, program, how);
}

}  // namespace

Result<void> launch(const std::vector<std::string>& argv, Milliseconds limit, const std::stop_token& stop) {
  if (argv.empty() || argv.front().empty()) return fail(ErrorCode::internal, "launch", "no program is named");
  auto program = find_program(argv.front());
  if (!program) {
    program.error().code = ErrorCode::file_failed;
    return fail(std::move(program).error());
  }
  auto pid = spawn(*program, argv, {}, Leads::session);
  if (!pid) {
    pid.error().code = ErrorCode::file_failed;
    return fail(std::move(pid).error());
  }
  SystemClock clock;
  const SteadyTime start = clock.now();
  while (since(clock, start) < limit) {
    int status = 0;
    const pid_t ended = ::waitpid(*pid, &status, WNOHANG);
    if (ended == *pid) return judge(*program, status);
    if (ended < 0 && errno != EINTR) return {};  // somebody else has waited for it
    if (!clock.sleep(k_look, stop)) return fail(ErrorCode::cancelled, *program, "the wait was cancelled");
  }
  return {};
}

void remove_later(const std::filesystem::path& file, std::chrono::seconds delay) {
  const std::string path = file.string();
  const timespec wait{.tv_sec = static_cast<time_t>(delay.count()), .tv_nsec = 0};
  const pid_t child = ::fork();
  if (child == 0) {
    // Between fork and the end use only what is async-signal-safe: other threads may hold any lock.
    if (::setsid() < 0 || ::fork() != 0) std::_Exit(0);
    close_from(0);
    ::nanosleep(&wait, nullptr);
    ::unlink(path.c_str());
    std::_Exit(0);
  }
  while (child > 0 && ::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (child < 0) ::unlink(path.c_str());  // it is better to remove the page too early than never
}

}  // namespace helper
