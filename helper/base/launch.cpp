#include "base/launch.hpp"

#include "base/process.hpp"
#include "base/spawn.hpp"

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <sys/wait.h>
#include <unistd.h>

namespace helper {
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
    // Between fork and the end only what is async-signal-safe: other threads may hold any lock.
    if (::setsid() < 0 || ::fork() != 0) std::_Exit(0);
    close_from(0);
    ::nanosleep(&wait, nullptr);
    ::unlink(path.c_str());
    std::_Exit(0);
  }
  while (child > 0 && ::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (child < 0) ::unlink(path.c_str());  // better a page that is gone than one that stays
}

}  // namespace helper
