#include "tunnel/link_policy.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace helper::tunnel {

bool needs_a_person(ErrorCode code) {
  return code == ErrorCode::server_auth || code == ErrorCode::server_host_key || code == ErrorCode::not_ready ||
         code == ErrorCode::cancelled;
}

Milliseconds Backoff::next(ErrorCode failure, double chance) {
  if (needs_a_person(failure)) return ++refusals_ < k_refusals ? k_after_refusal : k_after_refusals;
  refusals_ = 0;
  const Milliseconds wait = wait_;
  wait_ = std::min(wait_ * 2, k_longest_wait);
  return Milliseconds(static_cast<Milliseconds::rep>(static_cast<double>(wait.count()) * (0.8 + 0.4 * chance)));
}

namespace {

double seconds(Milliseconds time) { return static_cast<double>(time.count()) / 1000; }

}  // namespace

Milliseconds unacked_limit(Milliseconds round_trip) {
  constexpr Milliseconds k_least{1'000};
  constexpr Milliseconds k_most{2'500};
  return std::clamp(k_least + 4 * round_trip, k_least, k_most);
}

Milliseconds unanswered_limit(Milliseconds round_trip, Mood mood) {
  constexpr Milliseconds k_calm{4'000};
  constexpr Milliseconds k_hurried{500};
  return (mood == Mood::calm ? k_calm : k_hurried) + 2 * round_trip;
}

bool is_silent(const ssh::LinkHealth& health, Mood mood) {
  return health.unacked.value_or(Milliseconds{0}) > unacked_limit(health.round_trip) ||
         health.unanswered > unanswered_limit(health.round_trip, mood);
}

std::string say_silence(const ssh::LinkHealth& health) {
  const auto unacked = health.unacked.value_or(Milliseconds{0});
  if (unacked > unacked_limit(health.round_trip))
    return fmt::format("the server has acknowledged nothing for {:.1f} s", seconds(unacked));
  return fmt::format("the server has answered nothing for {:.1f} s", seconds(health.unanswered));
}

}  // namespace helper::tunnel
