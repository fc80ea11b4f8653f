// Bulletin is the last that is known of a target, under a number that is another one whenever it is: whoever watches
// waits for a number that they have not seen. Thread-safe.
#pragma once

#include "base/clock.hpp"
#include "ensure/report.hpp"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace helper::ensure {

class Bulletin {
 public:
  // The same status again is no news.
  void publish(TargetStatus status);
  // What was published may be true no more, and nobody looks.
  void forget();
  // Every tunnel of what was published leads nowhere now.
  void link_is_down(const std::string& why);

  // 0 before the first status, and after forget().
  [[nodiscard]] std::uint64_t revision() const;
  [[nodiscard]] WatchReport newest() const;
  // The newest once there is one that is not `seen`; nullopt after `limit`, or on stop.
  [[nodiscard]] std::optional<WatchReport> wait(std::uint64_t seen, Milliseconds limit, const std::stop_token& stop);
  // Somebody waits, or did a moment ago and is about to do so again.
  [[nodiscard]] bool is_watched() const;

 private:
  void issue(TargetStatus status);  // with mutex_ held

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::uint64_t last_ = 0;  // the highest revision that was ever given
  WatchReport newest_;
  int waiting_ = 0;
  SteadyTime last_wait_{};
};

}  // namespace helper::ensure
