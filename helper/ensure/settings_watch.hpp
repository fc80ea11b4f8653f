// SettingsWatch is the thread that waits for IDEs to close, while something waits for that; else it sleeps.
#pragma once

#include "settings/settings_writer.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace helper::ensure {

class SettingsWatch {
 public:
  // Begins with what an earlier daemon left waiting. `writer` must outlive it.
  explicit SettingsWatch(settings::SettingsWriter& writer)
      : writer_(writer), thread_([this](const std::stop_token& stop) { run(stop); }) {}
  SettingsWatch(const SettingsWatch&) = delete;
  SettingsWatch& operator=(const SettingsWatch&) = delete;

  // Something may wait now.
  void wake();

 private:
  void run(const std::stop_token& stop);
  Result<bool> settled();

  settings::SettingsWriter& writer_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool woken_ = false;
  std::jthread thread_;  // last: it starts when all else is there
};

}  // namespace helper::ensure
