#include "ensure/bulletin.hpp"

#include <chrono>
#include <utility>

namespace helper::ensure {
namespace {

// From one answer until whoever watches asks again.
constexpr Milliseconds k_between_waits{5'000};

}  // namespace

void Bulletin::publish(TargetStatus status) {
  const std::scoped_lock lock(mutex_);
  if (newest_.revision != 0 && newest_.status == status) return;
  issue(std::move(status));
}

void Bulletin::forget() {
  const std::scoped_lock lock(mutex_);
  newest_ = {};
}

void Bulletin::link_is_down(const std::string& why) {
  const std::scoped_lock lock(mutex_);
  if (newest_.revision == 0 || newest_.status.tunnels.empty()) return;
  TargetStatus status = newest_.status;
  status.state = "unreachable";
  for (auto& tunnel : status.tunnels) {
    tunnel.up = false;
    tunnel.trouble = why;
  }
  if (status != newest_.status) issue(std::move(status));
}

std::uint64_t Bulletin::revision() const {
  const std::scoped_lock lock(mutex_);
  return newest_.revision;
}

WatchReport Bulletin::newest() const {
  const std::scoped_lock lock(mutex_);
  return newest_;
}

std::optional<WatchReport> Bulletin::wait(std::uint64_t seen, Milliseconds limit, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  ++waiting_;
  const bool news =
      changed_.wait_for(lock, stop, limit, [&] { return newest_.revision != 0 && newest_.revision != seen; });
  --waiting_;
  last_wait_ = std::chrono::steady_clock::now();
  return news ? std::optional(newest_) : std::nullopt;
}

bool Bulletin::is_watched() const {
  const std::scoped_lock lock(mutex_);
  return waiting_ > 0 ||
         (last_wait_ != SteadyTime{} && std::chrono::steady_clock::now() - last_wait_ < k_between_waits);
}

void Bulletin::issue(TargetStatus status) {
  newest_ = {++last_, std::move(status)};
  changed_.notify_all();
}

}  // namespace helper::ensure
