// Clock is the time as the rest of the tree sees it, so that tests can hold it still.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>

namespace helper {

using Milliseconds = std::chrono::milliseconds;
using SteadyTime = std::chrono::steady_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual SteadyTime now() const = 0;
  [[nodiscard]] virtual std::chrono::system_clock::time_point wall() const = 0;
  // Waits for `duration` or until a stop is requested; true when the whole time has passed.
  virtual bool sleep(Milliseconds duration, const std::stop_token& stop) = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime now() const override { return std::chrono::steady_clock::now(); }
  [[nodiscard]] std::chrono::system_clock::time_point wall() const override { return std::chrono::system_clock::now(); }
  bool sleep(Milliseconds duration, const std::stop_token& stop) override;
};

// Milliseconds since `start` by this clock.
[[nodiscard]] inline Milliseconds since(const Clock& clock, SteadyTime start) {
  return std::chrono::duration_cast<Milliseconds>(clock.now() - start);
}

// As a person says it: "30 s", "1500 ms".
[[nodiscard]] std::string duration_text(Milliseconds duration);

}  // namespace helper
