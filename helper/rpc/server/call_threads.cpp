#include "rpc/server/call_threads.hpp"

#include "base/last_resort.hpp"
#include "base/log.hpp"

#include <system_error>
#include <thread>
#include <utility>

namespace helper::rpc {

CallThreads::CallThreads(std::size_t limit) : limit_(limit) {}

bool CallThreads::start(std::function<void()> work) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->running >= limit_) return false;
    ++state_->running;
  }
  const auto leave = [](State& state) {
    const std::lock_guard lock(state.mutex);
    if (--state.running == 0) state.idle.notify_all();
  };
  try {
    std::thread([state = state_, leave, work = std::move(work)]() mutable {
      last_resort("a call", work);
      work = nullptr;  // what it owns goes before anybody hears that it has ended
      leave(*state);
    }).detach();
  } catch (const std::system_error& error) {
    log_warning("no thread for a call: {}", error.what());
    leave(*state_);
    return false;
  }
  return true;
}

bool CallThreads::wait_idle(Milliseconds limit) {
  std::unique_lock lock(state_->mutex);
  return state_->idle.wait_for(lock, limit, [this] { return state_->running == 0; });
}

}  // namespace helper::rpc
