#include "ssh/wait.hpp"

#include <algorithm>
#include <array>
#include <poll.h>
#include <sys/eventfd.h>

namespace helper::ssh {

StopFd::StopFd(const std::stop_token& stop)
    : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), callback_(stop, Signal{fd_.get()}) {}

void StopFd::Signal::operator()() const {
  // Cannot fail in a way that matters: the counter is far from full, and a wait looks at the token at every slice
  // anyway.
  static_cast<void>(::eventfd_write(fd, 1));
}

Limit::Limit(Milliseconds within, const std::stop_token& stop)
    : within_(within), deadline_(std::chrono::steady_clock::now() + within), stop_(stop), stop_fd_(stop) {}

Milliseconds Limit::left() const {
  const auto left = std::chrono::ceil<Milliseconds>(deadline_ - std::chrono::steady_clock::now());
  return std::max(left, Milliseconds{0});
}

short Limit::poll(int fd, short events, Milliseconds slice, int wake) const {
  std::array<pollfd, 3> fds{pollfd{fd, events, 0}, pollfd{stop_fd_.get(), POLLIN, 0}, pollfd{wake, POLLIN, 0}};
  const auto wait = std::clamp(std::min(left(), slice), Milliseconds{0}, Milliseconds{60'000});
  if (::poll(fds.data(), fds.size(), static_cast<int>(wait.count())) <= 0) return 0;
  return fds[0].revents;
}

}  // namespace helper::ssh
