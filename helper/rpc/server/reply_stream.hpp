// ReplyStream is the body of a streamed answer: lines go in from any thread, cpprestsdk takes them out as chunks. It
// tells when whoever reads it has gone.
#pragma once

#include "rpc/json.hpp"

#include <cpprest/producerconsumerstream.h>
#include <cpprest/streams.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace helper::rpc {

// More than this unread: the reader is too slow, and events are dropped until it has caught up. The answer never is.
inline constexpr std::size_t k_max_unread = 1u << 20;

class ReplyStream {
 public:
  [[nodiscard]] concurrency::streams::istream body() const { return buffer_.create_istream(); }

  void send_event(const Json& message);
  void send_last(const Json& message);
  // An empty line, which readers skip: writing is the only way to learn that the reader has gone.
  void beat();
  // The answer ends here, with or without its last line.
  void end();

  void mark_gone() { *gone_ = true; }
  [[nodiscard]] std::shared_ptr<const std::atomic<bool>> gone() const { return gone_; }

 private:
  void write(const std::string& bytes);  // with mutex_ held

  std::mutex mutex_;
  bool ended_ = false;
  concurrency::streams::producer_consumer_buffer<std::uint8_t> buffer_;
  std::shared_ptr<std::atomic<bool>> gone_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace helper::rpc
