// NetworkWatch tells when this machine's own way to the world has changed: a global address or a default route came or
// went, or the machine slept. Linux only (rtnetlink(7), CLOCK_BOOTTIME); elsewhere it never calls.
#pragma once

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "tunnel/loop.hpp"

#include <functional>
#include <memory>
#include <span>

namespace helper::tunnel {

// Pure: whether a message of the kernel's routing socket speaks of such a change. Addresses and routes of containers'
// private links come and go all the time and do not count.
[[nodiscard]] bool is_network_change(std::span<const char> netlink_messages);

// How long the machine has slept since it started: the clock that runs on while it sleeps against the one that does
// not.
[[nodiscard]] Milliseconds time_asleep();

class NetworkWatch {
 public:
  // `changed` is called once for a burst of changes.
  NetworkWatch(Loop& loop, std::function<void()> changed);

 private:
  void readable();
  Fd socket_;
  Timer settle_;
  std::unique_ptr<Watch> watch_;  // none where the kernel gives no such socket; last: it goes before the socket
};

}  // namespace helper::tunnel
