// A Limit is how long something may be waited for, and the stop that ends the wait early.
#pragma once

#include "base/clock.hpp"
#include "base/fd.hpp"

#include <optional>
#include <stop_token>

namespace helper::ssh {

// A wait wakes up this often even when nothing happens, to look at its limit, at the peer's health, and at what libssh
// may have buffered.
inline constexpr Milliseconds k_wait_slice{250};

// An eventfd that turns readable when the stop is requested, so that a poll() can wait for it too.
class StopFd {
 public:
  explicit StopFd(const std::stop_token& stop);
  [[nodiscard]] int get() const { return fd_.get(); }

 private:
  struct Signal {
    int fd;
    void operator()() const;
  };
  Fd fd_;
  std::stop_callback<Signal> callback_;
};

class Limit {
 public:
  Limit(Milliseconds within, const std::stop_token& stop);
  [[nodiscard]] bool stopped() const { return stop_.stop_requested(); }
  [[nodiscard]] bool passed() const { return std::chrono::steady_clock::now() >= deadline_; }
  [[nodiscard]] Milliseconds left() const;
  [[nodiscard]] Milliseconds within() const { return within_; }  // the whole of it
  [[nodiscard]] const std::stop_token& stop() const { return stop_; }
  // Polls `fd` for `events` until they come, the limit passes, a stop is requested, `wake` is readable, or `slice` is
  // over. The events that came. A descriptor of -1 means none.
  short poll(int fd, short events, Milliseconds slice, int wake = -1) const;

 private:
  Milliseconds within_;
  SteadyTime deadline_;
  std::stop_token stop_;
  StopFd stop_fd_;
};

}  // namespace helper::ssh
