#include "rpc/server/reply_stream.hpp"

#include <utility>

namespace helper::rpc {

void ReplyStream::send_event(const Json& message) { add(message, true); }
void ReplyStream::send_last(const Json& message) { add(message, false); }

void ReplyStream::add(const Json& message, bool is_event) {
  if (*gone_) return;
  const std::string line = to_bytes(message) + "\n";
  {
    const std::lock_guard lock(mutex_);
    if (ended_ || (is_event && unread_.size() + line.size() > max_unread_)) return;
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
  return {std::exchange(unread_, {}), ended_};
}

}  // namespace helper::rpc
