#include "ensure/settings_watch.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace helper::ensure {
namespace {

// An IDE that closes is waited for by looking: often at first, since a person who was told to close it does so now.
constexpr Milliseconds k_first_pause{250};
constexpr Milliseconds k_longest_pause{5'000};

}  // namespace

void SettingsWatch::wake() {
  const std::scoped_lock lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

Result<bool> SettingsWatch::settled() {
  try {
    return writer_.settle();
  } catch (const std::exception& defect) {
    return fail(ErrorCode::internal, "settings", defect.what());
  }
}

void SettingsWatch::run(const std::stop_token& stop) {
  Milliseconds pause = k_first_pause;
  std::string told;  // the same error is not logged again and again
  while (!stop.stop_requested()) {
    const auto waits = settled();
    if (!waits && to_text(waits.error()) != told) {
      told = to_text(waits.error());
      log_warning("what waits for IDEs: {}", told);
    }
    std::unique_lock lock(mutex_);
    const auto woken = [this] { return woken_; };
    if (!waits || *waits) {
      changed_.wait_for(lock, stop, pause, woken);
    } else {
      changed_.wait(lock, stop, woken);
    }
    pause = woken_ ? k_first_pause : std::min(2 * pause, k_longest_pause);
    woken_ = false;
  }
}

}  // namespace helper::ensure
