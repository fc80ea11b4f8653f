#include "ensure/beside.hpp"

#include <utility>

namespace helper::ensure {

void Beside::add(Work work) {
  auto before = added_.empty() ? std::shared_future<std::optional<Done>>() : added_.back();
  auto task = [this, work = std::move(work), before = std::move(before)]() -> std::optional<Done> {
    if (before.valid() && (!before.get() || !before.get()->result)) return std::nullopt;
    const auto start = clock_.now();
    auto result = work(runner_, stop_);
    return Done{std::move(result), since(clock_, start)};
  };
  added_.push_back(std::async(at_once_ ? std::launch::deferred : std::launch::async, std::move(task)).share());
  if (at_once_) added_.back().wait();
}

std::vector<std::optional<Beside::Done>> Beside::collect() {
  std::vector<std::optional<Done>> all;
  for (const auto& each : std::exchange(added_, {})) all.push_back(each.get());
  return all;
}

}  // namespace helper::ensure
