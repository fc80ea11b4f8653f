// Limits is everything that bounds what one connection, one stranger or one reader can cost the daemon.
#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>

namespace helper::rpc {

struct Limits {
  // Before a request has shown that it may ask.
  std::size_t head = 16u << 10;    // bytes of a request's line and headers
  std::size_t header_count = 100;  // header lines of a request
  Milliseconds head_time{5'000};  // from the connection to the end of its first head; a later head: from its first byte
  std::size_t strangers = 32;     // TCP connections that have not shown a token yet; the 33rd closes the oldest
  std::size_t discard = 256u << 10;  // bytes that are read and forgotten after a refusal, so that its answer arrives
  Milliseconds discard_time{1'000};  // and for how long
  // Refusals through TCP that go out in a slice of time. 5,000 a second leave a processor to those who may ask.
  std::size_t refusals = 5;
  Milliseconds refusal_slice{1};

  // After it.
  std::uint64_t body = 8u << 20;   // bytes of a request's body
  Milliseconds body_time{10'000};  // from the end of a head to the end of its body
  std::size_t connections = 256;   // of each socket; one more closes the oldest idle one
  Milliseconds idle{60'000};       // between an answer and the first byte of the next request
  Milliseconds heartbeat{1'000};   // between the empty lines of a stream, and between two looks for a reader
  // A reader who takes nothing of a stream for this long has gone, although its socket is open. `helper` itself reads
  // on while its own output waits for a pager (k_read_ahead in rpc/client.cpp).
  Milliseconds stall{4'000};
  // The same for an answer of one document, which a program reads whole.
  Milliseconds answer_stall{60'000};
  std::size_t unread = 1u << 20;  // bytes of a stream that nobody has read yet; beyond it events find no room

  // Calls at one time. Watchers wait for the most part, and must not use up what `ensure` and `status` need.
  std::size_t calls = 64;
  std::size_t gone = 256;     // calls and watchers, each, that run on beyond that after their callers have gone
  std::size_t watchers = 64;  // watch, and logs that follow
  std::size_t quick = 16;     // cancel, answer, known, shutdown
};

// A body up to this size is parsed where it is read, a larger one on the thread of its call.
inline constexpr std::size_t k_small_body = 64u << 10;  // bytes

}  // namespace helper::rpc
