// Backoff says how long to wait before the next try to reach a server. Pure: chance comes in as a number.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "ssh/forward_session.hpp"

#include <string>

namespace helper::tunnel {

// Backoff says how long to wait before the next try to reach a server. Pure: chance comes in as a number.

inline constexpr Milliseconds k_first_wait{50};  // a link that blinked is back at once
inline constexpr Milliseconds k_longest_wait{5'000};
// A login that was refused will be refused again until a person acts, and sites lock out who tries again and again.
inline constexpr Milliseconds k_after_refusal{5'000};
inline constexpr Milliseconds k_after_refusals{300'000};
inline constexpr int k_refusals = 3;

// Whether trying again soon is no use: the server answered, and a person has to do something.
[[nodiscard]] bool needs_a_person(ErrorCode code);

class Backoff {
 public:
  // The wait after one more failure. `chance` in [0, 1) spreads it by a fifth either way, so that many clients of one
  // server do not come back all at once.
  [[nodiscard]] Milliseconds next(ErrorCode failure, double chance);
  void reset() { *this = Backoff(); }
  [[nodiscard]] bool gave_up_for_long() const { return refusals_ >= k_refusals; }

 private:
  Milliseconds wait_ = k_first_wait;
  int refusals_ = 0;
};

// Health decides from a session's silence whether it can still be trusted. Pure.

// The normal state of a session, or just after the network of this machine changed.
enum class Mood { calm, hurried };

// TCP owes us an acknowledgement for longer than this: 1 s and four round trips, 2.5 s at most (retransmissions come
// after about one round trip and 200 ms, so several have been lost by then).
[[nodiscard]] Milliseconds unacked_limit(Milliseconds round_trip);
// The SSH server owes us an answer for longer than this. Longer than for TCP: a busy server is slow, not gone.
[[nodiscard]] Milliseconds unanswered_limit(Milliseconds round_trip, Mood mood);

[[nodiscard]] bool is_silent(const ssh::LinkHealth& health, Mood mood);
// "the server has acknowledged nothing for 1.6 s".
[[nodiscard]] std::string say_silence(const ssh::LinkHealth& health);

}  // namespace helper::tunnel
