// CallThreads gives each call a thread of its own, up to a limit: a call blocks for as long as its work takes.
#pragma once

#include "base/clock.hpp"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>

namespace helper::rpc {

class CallThreads {
 public:
  explicit CallThreads(std::size_t limit);

  // False when `limit` calls run already, or the system gives no thread. `work` must own what it uses: a call that is
  // stuck may outlive this object.
  [[nodiscard]] bool start(std::function<void()> work);
  [[nodiscard]] std::size_t limit() const { return limit_; }
  // True when the last call has ended within `limit`.
  [[nodiscard]] bool wait_idle(Milliseconds limit);

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable idle;
    std::size_t running = 0;
  };
  std::size_t limit_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace helper::rpc
