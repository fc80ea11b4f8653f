#include "base/process/daemonize.hpp"

#include "base/process/pipe.hpp"
#include "base/process/process.hpp"
#include "base/process/signals.hpp"
#include "base/process/spawn.hpp"
#include "base/shortage.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace helper {
namespace {

constexpr int k_ready_fd = 3;                // in the daemon; the first after the standard three
constexpr int k_trouble_fd = 4;              // closed by a successful exec
constexpr int k_spare_fd = 10;               // above both, so that moving them into place overwrites neither
constexpr Milliseconds k_look_for_stop{50};  // how often a wait looks whether it was cancelled
constexpr std::size_t k_longest_line = 4'096;

// Async-signal-safe, as is everything down to become_daemon(): it runs between fork and exec of a process with threads.
bool to_dev_null() noexcept {
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) return false;
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (null == fd ? ::fcntl(fd, F_SETFD, 0) < 0 : ::dup2(null, fd) < 0) return false;
  }
  return true;  // the original, when it is another number, goes with close_from()
}

[[noreturn]] void give_up(int trouble_fd) noexcept {
  const int reason = errno;
  const ssize_t written = ::write(trouble_fd, &reason, sizeof reason);
  std::_Exit(written == sizeof reason ? 126 : 127);
}

[[noreturn]] void become_daemon(const char* program, char* const* argv, int ready, int trouble) noexcept {
  ready = ::fcntl(ready, F_DUPFD_CLOEXEC, k_spare_fd);
  const int high_trouble = ::fcntl(trouble, F_DUPFD_CLOEXEC, k_spare_fd);
  if (ready < 0 || high_trouble < 0) give_up(trouble);
  if (!to_dev_null() || ::chdir("/") != 0) give_up(high_trouble);
  if (::dup2(high_trouble, k_trouble_fd) < 0 || ::fcntl(k_trouble_fd, F_SETFD, FD_CLOEXEC) < 0) give_up(high_trouble);
  if (::dup2(ready, k_ready_fd) < 0) give_up(k_trouble_fd);
  close_from(k_trouble_fd + 1);
  reset_signals_for_exec();
  ::execv(program, argv);
  give_up(k_trouble_fd);
}

// The two forks: the child starts a new session and ends at once, so that the grandchild belongs to init and can never
// get a controlling terminal.
Result<void> fork_daemon(const std::string& program, std::vector<std::string> words, const PipeEnds& ready,
                         const PipeEnds& trouble) {
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child < 0) return fail(by_errno({ErrorCode::daemon_unreachable, program, "cannot be started", {}}, errno));
  if (child == 0) {
    if (::setsid() < 0) give_up(trouble.write.get());
    const pid_t grandchild = ::fork();
    if (grandchild < 0) give_up(trouble.write.get());
    if (grandchild > 0) std::_Exit(0);
    become_daemon(program.c_str(), argv.data(), ready.write.get(), trouble.write.get());
  }
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return {};
}

// The errno for which the daemon was not started; 0 when it was.
int read_trouble(const Fd& pipe) {
  int reason = 0;
  ssize_t n = 0;
  do {
    n = ::read(pipe.get(), &reason, sizeof reason);
  } while (n < 0 && errno == EINTR);
  return n == sizeof reason ? reason : 0;
}

Result<std::string> read_line(const Fd& pipe, const std::string& program, Milliseconds limit,
                              const std::stop_token& stop) {
  const SteadyTime start = std::chrono::steady_clock::now();
  std::string line;
  while (!stop.stop_requested()) {
    const auto passed = std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - start);
    if (passed >= limit) {
      return fail(ErrorCode::daemon_unreachable, program, "it did not get ready in " + duration_text(limit));
    }
    pollfd wanted{pipe.get(), POLLIN, 0};
    const int ready = ::poll(&wanted, 1, static_cast<int>(std::min(limit - passed, k_look_for_stop).count()));
    if (ready <= 0) continue;  // nothing yet, or a signal
    std::array<char, 512> buffer{};
    const ssize_t n = ::read(pipe.get(), buffer.data(), buffer.size());
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) return fail(ErrorCode::daemon_unreachable, program, "it ended before it was ready");
    line.append(buffer.data(), static_cast<std::size_t>(n));
    if (const auto end = line.find('\n'); end != std::string::npos) return line.substr(0, end);
    if (line.size() > k_longest_line)
      return fail(ErrorCode::daemon_unreachable, program, "it wrote something else than one line");
  }
  return fail(ErrorCode::cancelled, program, "the start was cancelled");
}

}  // namespace

Result<std::string> spawn_detached(const std::vector<std::string>& argv, Milliseconds limit,
                                   const std::stop_token& stop) {
  if (argv.empty() || argv.front().empty()) return fail(ErrorCode::internal, "spawn_detached", "no program is named");
  auto found = find_program(argv.front());
  if (!found) {
    if (found.error().code == ErrorCode::server_command) found.error().code = ErrorCode::daemon_unreachable;
    return fail(std::move(found).error());
  }
  const std::string program = *found;
  std::vector<std::string> words = argv;
  words.insert(words.end(), {"--ready-fd", std::to_string(k_ready_fd)});
  HELPER_TRY_ASSIGN(PipeEnds ready, make_pipe());
  HELPER_TRY_ASSIGN(PipeEnds trouble, make_pipe());
  HELPER_TRY(fork_daemon(program, std::move(words), ready, trouble));
  ready.write.reset();
  trouble.write.reset();
  if (const int reason = read_trouble(trouble.read); reason != 0) {
    return fail(by_errno({ErrorCode::daemon_unreachable, program, "cannot be started", {}}, reason));
  }
  return read_line(ready.read, program, limit, stop);
}

}  // namespace helper
