// Front is what all connections of one server share: the loop that drives them, the limits, the token, the threads that
// run calls, and the counts of what came.
#pragma once

#include "base/local_peer.hpp"
#include "rpc/dispatcher.hpp"
#include "rpc/server/call_threads.hpp"
#include "rpc/server/limits.hpp"
#include "rpc/server/refusal_pace.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace helper::rpc {

enum class Origin { tcp, unix_socket };

struct Counts {
  std::atomic<std::uint64_t> connections = 0;  // taken in
  std::atomic<std::uint64_t> strangers = 0;    // connections of other users, closed unread
  std::atomic<std::uint64_t> requests = 0;     // let in
  std::atomic<std::uint64_t> refused = 0;      // answered with an error of HTTP
};

struct Front {
  Front(std::shared_ptr<Dispatcher> the_dispatcher, std::string the_token, const Limits& the_limits, PeerPolicy policy)
      : dispatcher(std::move(the_dispatcher)),
        token(std::move(the_token)),
        limits(the_limits),
        peers(policy),
        calls(the_limits.calls, the_limits.gone),
        watchers(the_limits.watchers, the_limits.gone),
        quick(the_limits.quick) {}

  // From any thread: `what` runs on the loop's thread. False once the loop is closed: then it never runs.
  template <class What>
  bool post(What what) {
    const std::lock_guard lock(mutex);
    if (open) boost::asio::post(loop, std::move(what));
    return open;
  }
  void close_loop() {
    const std::lock_guard lock(mutex);
    open = false;
  }

  const std::shared_ptr<Dispatcher> dispatcher;
  const std::string token;
  const Limits limits;
  const PeerPolicy peers;
  std::uint16_t port = 0;  // 0: no TCP
  CallThreads calls;
  CallThreads watchers;
  CallThreads quick;
  Counts counts;
  PeerLookup lookup;  // of the loop's thread
  boost::asio::io_context loop{1};
  RefusalPace refusals{loop, limits.refusals, limits.refusal_slice};  // of the loop's thread
  std::mutex mutex;
  bool open = true;
};

}  // namespace helper::rpc
