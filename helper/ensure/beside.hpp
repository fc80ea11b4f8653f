// Beside does on the server what nobody needs to wait for, while the steps and looks of a request go on: one piece of
// work after the other. Without a runner for that, each is done at once by the one that there is.
#pragma once

#include "base/clock.hpp"
#include "base/command.hpp"

#include <functional>
#include <future>
#include <optional>
#include <stop_token>
#include <vector>

namespace helper::ensure {

class Beside {
 public:
  // It may run on another thread: it has with it what it needs of this machine.
  using Work = std::function<Result<void>(CommandRunner& server, const std::stop_token& stop)>;
  struct Done {
    Result<void> result;
    Milliseconds elapsed{0};
  };

  // All outlive it. `beside` is used by nobody else, and may be nullptr.
  Beside(CommandRunner& server, CommandRunner* beside, const Clock& clock, const std::stop_token& stop)
      : runner_(beside != nullptr ? *beside : server), at_once_(beside == nullptr), clock_(clock), stop_(stop) {}
  // Waits for what has begun.
  ~Beside() = default;
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;

  // Begins when what was added before is done; never, when one of that failed.
  void add(Work work);
  // How many were added since the last collect().
  [[nodiscard]] std::size_t size() const { return added_.size(); }
  // Waits for all; nullopt for what has not begun.
  [[nodiscard]] std::vector<std::optional<Done>> collect();

 private:
  CommandRunner& runner_;
  const bool at_once_;
  const Clock& clock_;
  const std::stop_token& stop_;
  std::vector<std::shared_future<std::optional<Done>>> added_;
};

}  // namespace helper::ensure
