// Gate stops every thread that passes it until a test opens it. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <stop_token>

namespace helper::test {

class Gate {
 public:
  void open() {
    const std::scoped_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  // True when it was opened, false when a stop was requested.
  bool pass(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    reached_ = true;
    changed_.notify_all();
    return changed_.wait(lock, stop, [&] { return open_; });
  }
  // Until somebody waits at it, or has passed. Nobody comes: the test has failed.
  void wait_until_reached() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(20), [&] { return reached_; }))
      throw std::runtime_error("nobody came to the gate");
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool open_ = false;
  bool reached_ = false;
};

}  // namespace helper::test
