// SharedKnowledge is where a target's Knowledge is kept: only its worker puts something new there, and everybody reads.
// Who watches waits for a revision that they have not seen. Thread-safe.
#pragma once

#include "base/clock.hpp"
#include "ensure/knowledge.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>

namespace helper::ensure {

class SharedKnowledge {
 public:
  [[nodiscard]] Knowledge read() const;
  // The changed copy. A link that went down meanwhile is down in it too.
  void put(Knowledge knowledge);
  void doubt();
  void lose_link(const std::string& why);

  // False when there is no revision but `seen` within `limit`, or on stop.
  [[nodiscard]] bool wait(std::uint64_t seen, Milliseconds limit, const std::stop_token& stop);
  // Somebody waits, or did a moment ago and is about to do so again.
  [[nodiscard]] bool is_watched() const;

 private:
  void replace(Knowledge knowledge);  // with mutex_ held

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  Knowledge knowledge_;
  int waiting_ = 0;
  SteadyTime last_wait_{};
};

}  // namespace helper::ensure
