// StartWatch tells when a container that does not run is started by somebody. It follows the engine's events on a
// thread of its own, while the target's worker is free.
#pragma once

#include "base/command.hpp"
#include "engine/engine_cli.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace helper::ensure {

class StartWatch {
 public:
  // `on_start` comes on the watch's thread, at most once after each begin().
  explicit StartWatch(std::function<void()> on_start) : on_start_(std::move(on_start)) {}

  // Watches `container`, by its name. Nothing happens when it is being watched. An error of the server or its engine
  // ends the watch: the next look begins another one.
  void begin(std::unique_ptr<CommandRunner> server, const engine::EngineCli& cli, const std::string& container);
  [[nodiscard]] bool is_watching() const { return watching_; }
  // Waits until the thread has ended. Not from on_start.
  void end() { thread_ = {}; }

 private:
  const std::function<void()> on_start_;
  std::atomic<bool> watching_ = false;
  std::jthread thread_;
};

}  // namespace helper::ensure
