// Healing says when a target that should run is looked at again, after a sign that something of it does not work. Pure:
// time and chance come in.
#pragma once

#include "base/clock.hpp"

#include <optional>

namespace helper::ensure {

// From one look to the next, at least; the pause grows with every look that does not help.
inline constexpr Milliseconds k_least_pause{5'000};
inline constexpr Milliseconds k_longest_pause{60'000};
// An engine that is down comes back soon, as a rule: it is being restarted, or the server is.
inline constexpr Milliseconds k_patience{15 * 60'000};

enum class After {
  helped,
  in_vain,     // it found nothing that it could change
  engine_down  // what is missing comes back by itself
};

class Healing {
 public:
  // Something does not work. When to look; nullopt: a look is due already, or under way. `chance` in [0, 1) spreads the
  // pause by a fifth, so that many clients of one server do not look all at once.
  [[nodiscard]] std::optional<SteadyTime> sign(SteadyTime now, double chance);
  // What failed before may work now: the next look waits for the least pause only. nullopt: one is due by then already,
  // or under way.
  [[nodiscard]] std::optional<SteadyTime> hurry(SteadyTime now);
  // Whether a look is due now; the caller then begins it.
  [[nodiscard]] bool begin(SteadyTime now);
  // The look is over. Whether a sign came meanwhile: the caller gives it again.
  [[nodiscard]] bool over(After after);
  // A person has had the target made ready: earlier failures do not count any more.
  void reset();

 private:
  void forget();
  [[nodiscard]] SteadyTime earliest(SteadyTime now, Milliseconds pause) const;
  std::optional<SteadyTime> due_;
  std::optional<SteadyTime> last_;
  std::optional<SteadyTime> down_since_;  // the first of the looks that found the engine down
  Milliseconds pause_ = k_least_pause;
  bool in_vain_ = false;  // so was the last look
  bool looking_ = false;
  bool missed_ = false;  // a sign came during a look
};

}  // namespace helper::ensure
