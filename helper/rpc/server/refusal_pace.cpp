#include "rpc/server/refusal_pace.hpp"

#include <chrono>
#include <utility>

namespace helper::rpc {

void RefusalPace::pass(std::function<void()> go) {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (waiting_.empty() && now - began_ >= slice_) {
    began_ = now;
    gone_ = 0;
  }
  if (waiting_.empty() && gone_ < per_slice_) {
    ++gone_;
    return go();
  }
  waiting_.push_back(std::move(go));
  if (waiting_.size() == 1) next_slice();
}

void RefusalPace::next_slice() {
  timer_.expires_at(began_ + slice_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    began_ = std::chrono::steady_clock::now();
    gone_ = 0;
    while (!waiting_.empty() && gone_ < per_slice_) {
      ++gone_;
      std::exchange(waiting_.front(), {})();
      waiting_.pop_front();
    }
    if (!waiting_.empty()) next_slice();
  });
}

}  // namespace helper::rpc
