#include "rpc/server/reply_stream.hpp"

#include "base/clock.hpp"

#include <utility>

namespace helper::rpc {
namespace {

// Between two looks whether the reader is still there.
constexpr Milliseconds k_look{100};

}  // namespace

void ReplyStream::send_event(const Json& message) { add(message, true); }
void ReplyStream::send_last(const Json& message) { add(message, false); }

void ReplyStream::add(const Json& message, bool is_event) {
  if (*gone_) return;
  const std::string line = to_bytes(message) + "\n";
  {
    std::unique_lock lock(mutex_);
    const auto has_room = [&] { return ended_ || unread_.empty() || unread_.size() + line.size() <= max_unread_; };
    if (is_event && no_room_ == NoRoom::waits)
      while (!*gone_ && !taken_.wait_for(lock, k_look, has_room)) continue;
    if (ended_ || *gone_ || (is_event && !has_room())) return;
    unread_ += line;
    if (std::exchange(woken_, true)) return;
  }
  wake_();
}

void ReplyStream::end() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(ended_, true) || std::exchange(woken_, true)) return;
  }
  wake_();
}

ReplyStream::Piece ReplyStream::take() {
  const std::lock_guard lock(mutex_);
  woken_ = false;
  taken_.notify_all();
  return {std::exchange(unread_, {}), ended_};
}

}  // namespace helper::rpc
