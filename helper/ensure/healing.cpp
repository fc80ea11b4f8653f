#include "ensure/healing.hpp"

#include <algorithm>

namespace helper::ensure {

SteadyTime Healing::earliest(SteadyTime now, Milliseconds pause) const {
  return last_ ? std::max(now, *last_ + pause) : now;
}

std::optional<SteadyTime> Healing::sign(SteadyTime now, double chance) {
  missed_ = missed_ || looking_;
  if (due_ || looking_) return std::nullopt;
  if (last_ && now - *last_ > 2 * pause_) forget();  // the earlier looks were about something else
  const auto spread = Milliseconds(static_cast<Milliseconds::rep>(static_cast<double>(pause_.count()) * 0.2 * chance));
  due_ = earliest(now, pause_ + spread);
  return due_;
}

std::optional<SteadyTime> Healing::hurry(SteadyTime now) {
  forget();
  missed_ = missed_ || looking_;
  if (looking_) return std::nullopt;
  const auto soon = earliest(now, pause_);
  if (due_ && *due_ <= soon) return std::nullopt;
  due_ = soon;
  return due_;
}

bool Healing::begin(SteadyTime now) {
  if (!due_ || now < *due_) return false;
  due_ = std::nullopt;
  last_ = now;
  looking_ = true;
  missed_ = false;
  return true;
}

bool Healing::over(After after) {
  if (after != After::engine_down) down_since_ = std::nullopt;
  if (after == After::engine_down && !down_since_) down_since_ = last_;
  const bool soon = after == After::helped || (down_since_ && *last_ - *down_since_ < k_patience);
  pause_ = soon || !in_vain_ ? k_least_pause : std::min(2 * pause_, k_longest_pause);
  in_vain_ = !soon;
  looking_ = false;
  return missed_;
}

void Healing::forget() {
  pause_ = k_least_pause;
  in_vain_ = false;
}

void Healing::reset() {
  forget();
  last_ = std::nullopt;
}

}  // namespace helper::ensure
