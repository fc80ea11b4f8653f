#include "tunnel/children.hpp"

#include <cerrno>
#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <utility>

namespace helper::tunnel {
namespace {

constexpr Milliseconds k_look{20};
constexpr Milliseconds k_tell_after{2'000};
constexpr Milliseconds k_kill_after{3'000};
constexpr Milliseconds k_last_wait{2'000};  // for a killed process to go; one stuck in the kernel may not

bool reap(pid_t child) {
  if (!exit_status_of(child)) return false;
  ::kill(-child, SIGKILL);  // who of its group outlived it
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return true;
}

}  // namespace

std::optional<int> exit_status_of(pid_t child) {
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
    if (errno != EINTR) return 255;  // not ours to wait for any more
  }
  if (info.si_pid != child) return std::nullopt;
  return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

Children::Children(Loop& loop) : look_again_(loop, [this] { look(); }) {}

Children::~Children() {
  for (const auto& ending : endings_) ::kill(-ending.child, SIGKILL);
  const auto until = std::chrono::steady_clock::now() + k_last_wait;
  for (const auto& ending : endings_) {
    while (!reap(ending.child) && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(Milliseconds(1));
  }
}

void Children::end(pid_t child) {
  if (reap(child)) return;
  endings_.push_back({child, std::chrono::steady_clock::now()});
  if (!look_again_.running()) look_again_.start(k_look);
}

void Children::look() {
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(endings_, [&](Ending& ending) {
    const auto waited = now - ending.since;
    if (waited > k_tell_after && !std::exchange(ending.told, true)) ::kill(-ending.child, SIGTERM);
    if (waited > k_kill_after) ::kill(-ending.child, SIGKILL);
    return reap(ending.child);
  });
  if (!endings_.empty()) look_again_.start(k_look);
}

}  // namespace helper::tunnel
