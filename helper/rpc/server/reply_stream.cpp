#include "rpc/server/reply_stream.hpp"

#include "base/log.hpp"

#include <exception>
#include <ios>

namespace helper::rpc {

void ReplyStream::send_event(const Json& message) {
  const std::lock_guard lock(mutex_);
  if (buffer_.in_avail() <= k_max_unread) write(to_bytes(message) + "\n");
}

void ReplyStream::send_last(const Json& message) {
  const std::lock_guard lock(mutex_);
  write(to_bytes(message) + "\n");
}

void ReplyStream::beat() {
  const std::lock_guard lock(mutex_);
  if (buffer_.in_avail() == 0) write("\n");
}

void ReplyStream::end() {
  const std::lock_guard lock(mutex_);
  if (ended_) return;
  ended_ = true;
  try {
    buffer_.close(std::ios_base::out).get();
  } catch (const std::exception& error) {
    log_info("a reply ended badly: {}", error.what());
  }
}

void ReplyStream::write(const std::string& bytes) {
  if (ended_ || *gone_) return;
  try {
    buffer_.putn_nocopy(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()).get();
    // Without this a reader gets nothing until a whole chunk of 4 KiB is full.
    buffer_.sync().get();
  } catch (const std::exception& error) {
    log_info("a line of a reply is lost: {}", error.what());
    *gone_ = true;
  }
}

}  // namespace helper::rpc
