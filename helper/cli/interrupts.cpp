#include "cli/interrupts.hpp"

#include "cli/tty.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <poll.h>
#include <unistd.h>

namespace helper::cli {
namespace {

constexpr std::array k_signals{SIGINT, SIGTERM, SIGHUP, SIGQUIT};
constexpr char k_stop = 's';
constexpr char k_end = 'e';

// The only thing that a handler may reach. The pipe's end is written to from signal context, so it is a plain
// descriptor.
std::atomic<int> g_pipe{-1};
static_assert(std::atomic<int>::is_always_lock_free);

void on_signal(int) {
  const int saved = errno;
  [[maybe_unused]] const ssize_t written = ::write(g_pipe, &k_stop, 1);
  errno = saved;
}

// Signals that our parent had us ignore stay ignored (nohup).
void handle_signals(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int number : k_signals) {
    struct sigaction before {};
    if (::sigaction(number, nullptr, &before) == 0 && before.sa_handler != SIG_IGN)
      ::sigaction(number, &action, nullptr);
  }
}

}  // namespace

Result<std::unique_ptr<Interrupts>> Interrupts::watch(std::optional<Milliseconds> time_limit, Milliseconds end_limit) {
  HELPER_TRY_ASSIGN(PipeEnds pipe, make_pipe());
  return std::unique_ptr<Interrupts>(new Interrupts(std::move(pipe), time_limit, end_limit));
}

Interrupts::Interrupts(PipeEnds pipe, std::optional<Milliseconds> time_limit, Milliseconds end_limit)
    : pipe_(std::move(pipe)) {
  g_pipe = pipe_.write.get();
  handle_signals(on_signal);
  thread_ = std::thread([this, time_limit, end_limit] { run(time_limit, end_limit); });
}

Interrupts::~Interrupts() {
  handle_signals(SIG_DFL);
  g_pipe = -1;
  [[maybe_unused]] const ssize_t written = ::write(pipe_.write.get(), &k_end, 1);
  thread_.join();
  if (stopper_.joinable()) stopper_.join();
}

void Interrupts::stop(Reason reason) {
  reason_ = reason;
  if (!stopper_.joinable()) stopper_ = std::thread([this] { source_.request_stop(); });
}

void Interrupts::run(std::optional<Milliseconds> time_limit, Milliseconds end_limit) {
  const SystemClock clock;
  SteadyTime start = clock.now();
  std::optional<Milliseconds> limit = time_limit;
  const auto leave = [&] {
    restore_echo();
    ::_exit(error_kind(reason_ == Reason::signal ? ErrorCode::cancelled : ErrorCode::timed_out).exit_status);
  };
  const auto begin_to_end = [&](Reason reason) {
    stop(reason);
    start = clock.now();
    limit = end_limit;
  };
  for (;;) {
    const int wait =
        limit ? static_cast<int>(std::max<Milliseconds::rep>(0, (*limit - since(clock, start)).count())) : -1;
    pollfd event{pipe_.read.get(), POLLIN, 0};
    const int ready = ::poll(&event, 1, wait);
    if (ready < 0) continue;  // EINTR: the handler has written
    if (ready == 0) {
      if (since(clock, start) < *limit) continue;
      if (reason_ != Reason::none) leave();
      begin_to_end(Reason::time_limit);
      continue;
    }
    char what = 0;
    if (::read(event.fd, &what, 1) != 1) continue;
    if (what == k_end) return;
    if (reason_ == Reason::signal) leave();
    begin_to_end(Reason::signal);
  }
}

}  // namespace helper::cli
