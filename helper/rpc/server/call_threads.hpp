// CallThreads gives each call a thread of its own, up to a limit: a call blocks for as long as its work takes. A call
// whose caller has gone takes no place from those who are there.
#pragma once

#include "base/clock.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>

namespace helper::rpc {

class CallThreads {
 public:
  using Gone = std::shared_ptr<const std::atomic<bool>>;  // tells that the caller has gone; empty: the caller stays

  // `most_gone`: how many calls may run beyond `limit` because their callers have gone.
  explicit CallThreads(std::size_t limit, std::size_t most_gone = 0);

  // False when `limit` calls run already whose callers are there, or the system gives no thread. `work` must own what
  // it uses: a call that is stuck may outlive this object.
  [[nodiscard]] bool start(std::function<void()> work, Gone gone = {});
  [[nodiscard]] std::size_t limit() const { return limit_; }
  // True when the last call has ended within `limit`.
  [[nodiscard]] bool wait_idle(Milliseconds limit);

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable idle;
    std::list<Gone> running;
  };
  std::size_t limit_;
  std::size_t most_gone_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace helper::rpc
