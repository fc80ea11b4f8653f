#include "ssh/slots.hpp"

#include <algorithm>

namespace helper::ssh {

std::optional<Slots::Place> Slots::claim(const Limit& limit) {
  std::unique_lock lock(mutex_);
  const auto until = std::chrono::steady_clock::now() + limit.left();
  if (limit.stopped() || !changed_.wait_until(lock, limit.stop(), until, [this] { return is_free(); }))
    return std::nullopt;
  ++taken_;
  return Place(*this);
}

bool Slots::is_free() const {
  const bool try_more = std::chrono::steady_clock::now() - refused_at_ > k_again_after;
  return taken_ < std::min(most_ + (try_more ? 1 : 0), k_most);
}

bool Slots::has_room() const {
  const std::scoped_lock lock(mutex_);
  return is_free();
}

bool Slots::refused(const Place&) {
  const std::scoped_lock lock(mutex_);
  const std::size_t others = taken_ - 1;
  most_ = std::max<std::size_t>(others, 1);
  refused_at_ = std::chrono::steady_clock::now();
  return others > 0;
}

void Slots::fitted() {
  const std::scoped_lock lock(mutex_);
  if (taken_ <= most_) return;
  most_ = taken_;
  changed_.notify_all();
}

std::size_t Slots::taken() const {
  const std::scoped_lock lock(mutex_);
  return taken_;
}

void Slots::give_back() {
  const std::scoped_lock lock(mutex_);
  --taken_;
  changed_.notify_all();
}

}  // namespace helper::ssh
