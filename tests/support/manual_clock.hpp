// ManualClock is a Clock that does not move until it is told to; a sleep passes at once and moves it.
// Thread-safe.
#pragma once

#include "base/clock.hpp"

#include <mutex>
#include <vector>

namespace helper::test {

class ManualClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime now() const override {
    const std::lock_guard lock(mutex_);
    return SteadyTime{} + passed_;
  }
  // 2026-01-01T00:00:00Z, and what passed since.
  [[nodiscard]] std::chrono::system_clock::time_point wall() const override {
    const std::lock_guard lock(mutex_);
    return std::chrono::system_clock::time_point(std::chrono::seconds(1'767'225'600)) + passed_;
  }
  bool sleep(Milliseconds duration, const std::stop_token& stop) override {
    if (stop.stop_requested()) return false;
    const std::lock_guard lock(mutex_);
    sleeps_.push_back(duration);
    passed_ += duration;
    return true;
  }

  void advance(Milliseconds duration) {
    const std::lock_guard lock(mutex_);
    passed_ += duration;
  }
  // How long each sleep was to be, in order: the backoff as it was asked for.
  [[nodiscard]] std::vector<Milliseconds> sleeps() const {
    const std::lock_guard lock(mutex_);
    return sleeps_;
  }

 private:
  mutable std::mutex mutex_;
  Milliseconds passed_{0};
  std::vector<Milliseconds> sleeps_;
};

}  // namespace helper::test
