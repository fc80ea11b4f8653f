#include "base/clock.hpp"

#include <condition_variable>
#include <mutex>

namespace helper {

bool SystemClock::sleep(Milliseconds duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  return !wake.wait_for(lock, stop, duration, [&] { return stop.stop_requested(); }) && !stop.stop_requested();
}

std::string duration_text(Milliseconds duration) {
  const auto count = duration.count();
  return count % 1'000 == 0 ? std::to_string(count / 1'000) + " s" : std::to_string(count) + " ms";
}

}  // namespace helper
