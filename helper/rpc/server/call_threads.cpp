#include "rpc/server/call_threads.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <exception>
#include <thread>
#include <utility>

namespace helper::rpc {

CallThreads::CallThreads(std::size_t limit, std::size_t most_gone) : limit_(limit), most_gone_(most_gone) {}

bool CallThreads::start(std::function<void()> work, Gone gone) {
  std::list<Gone>::iterator place;
  {
    const std::lock_guard lock(state_->mutex);
    const auto has_gone = [](const Gone& each) { return each && *each; };
    const auto without_caller = static_cast<std::size_t>(std::ranges::count_if(state_->running, has_gone));
    if (state_->running.size() - std::min(without_caller, most_gone_) >= limit_) return false;
    place = state_->running.insert(state_->running.end(), std::move(gone));
  }
  const auto leave = [place](State& state) {
    const std::lock_guard lock(state.mutex);
    state.running.erase(place);
    if (state.running.empty()) state.idle.notify_all();
  };
  try {
    std::thread([state = state_, leave, work = std::move(work)]() mutable {
      last_resort("a call", work);
      work = nullptr;  // what it owns goes before anybody is told that it has ended
      leave(*state);
    }).detach();
  } catch (const std::exception& error) {
    log_warning("no thread for a call: {}", error.what());
    leave(*state_);
    return false;
  }
  return true;
}

bool CallThreads::wait_idle(Milliseconds limit) {
  std::unique_lock lock(state_->mutex);
  return state_->idle.wait_for(lock, limit, [this] { return state_->running.empty(); });
}

}  // namespace helper::rpc
