// ReplyStream is the body of a streamed answer: lines go in from any thread, and the connection takes out what has
// gathered.
#pragma once

#include "rpc/json.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace helper::rpc {

class ReplyStream {
 public:
  // What happens to an event for which there is no room. Progress is dropped: work does not wait for a slow reader.
  // A log waits, until there is room or nobody reads: no line of it is lost.
  enum class NoRoom { drops, waits };

  // Beyond `max_unread` bytes there is no room for events; for the answer there always is. `wake` is called, on the
  // thread that writes, when there is something to take where nothing was. `gone` is set when nobody reads any more.
  ReplyStream(std::size_t max_unread, NoRoom no_room, std::shared_ptr<const std::atomic<bool>> gone,
              std::function<void()> wake)
      : max_unread_(max_unread), no_room_(no_room), gone_(std::move(gone)), wake_(std::move(wake)) {}

  void send_event(const Json& message);
  void send_last(const Json& message);
  // The answer ends here, with or without its last line.
  void end();

  struct Piece {
    std::string bytes;
    bool last = false;  // nothing comes after it
  };
  [[nodiscard]] Piece take();

 private:
  void add(const Json& message, bool is_event);

  const std::size_t max_unread_;
  const NoRoom no_room_;
  const std::shared_ptr<const std::atomic<bool>> gone_;
  const std::function<void()> wake_;
  std::mutex mutex_;
  std::condition_variable taken_;
  std::string unread_;
  bool ended_ = false;
  bool woken_ = false;  // since the last take()
};

}  // namespace helper::rpc
