// Connections is everything that was accepted at the local ports of one target: those that wait for a way to the
// server, and those that are forwarded. Both are bounded, in number and the waiting ones in time.
#pragma once

#include "base/clock.hpp"
#include "tunnel/forward.hpp"
#include "tunnel/loop.hpp"
#include "tunnel/way.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace helper::tunnel {

// How long a connection may wait for a way and a remote, and then for the remote's answer: longer than a redial over a
// slow link takes, shorter than clients' own patience (ssh and browsers: 20 s and more).
inline constexpr Milliseconds k_max_wait{15'000};
inline constexpr std::size_t k_max_waiting = 64;
inline constexpr std::size_t k_max_connections = 1000;
// After an SSH server's address did not greet, new connections take its pipe at once for this long.
inline constexpr Milliseconds k_avoid_address{30'000};

class Connections {
 public:
  struct Owner {
    std::function<std::optional<Remote>(std::uint16_t port)> remote_of;
    // What is wrong with a port's remote ("" = nothing any more), and how many connections it has.
    std::function<void(std::uint16_t port, const std::string& trouble)> on_trouble;
    std::function<void(std::uint16_t port, std::size_t connections)> on_count;
  };
  Connections(Loop& loop, Way& way, Owner owner);

  void add(std::uint16_t port, Fd client, Endpoint from);
  // Of our own, and to this remote, whatever the ports forward to.
  void add_own(Fd client, const Remote& remote);
  // A way, a better line or a remote has come: connections that wait may go on.
  void serve();
  // What was learned about the port's remote holds no longer.
  void remote_changed(std::uint16_t port) { avoid_until_.erase(port); }
  // Breaks off every connection of the port.
  void drop(std::uint16_t port);
  [[nodiscard]] std::size_t total() const { return entries_.size(); }

 private:
  struct Entry {
    std::uint16_t port = 0;            // 0 of those with a remote of their own
    std::optional<Remote> own_remote;  // instead of the port's
    SteadyTime since;                  // of its current phase's wait
    std::unique_ptr<Forward> forward;
  };
  using Entries = std::map<std::uint64_t, Entry>;
  [[nodiscard]] bool has_room(std::uint16_t port, bool must_wait) const;
  void insert(Entry entry, Fd client, Endpoint from);
  [[nodiscard]] std::optional<Remote> remote_of(const Entry& entry) const;
  void serve(Entry& entry);
  [[nodiscard]] Result<std::unique_ptr<FarEnd>> open(std::uint16_t port, const Remote& remote, Forward& forward);
  void moved_on(std::uint64_t id);
  Entries::iterator remove(Entries::iterator at);
  void expire();
  [[nodiscard]] std::size_t waiting() const;
  Loop& loop_;
  Way& way_;
  Owner owner_;
  Entries entries_;
  std::map<std::uint16_t, std::size_t> counts_;
  std::map<std::uint16_t, SteadyTime> avoid_until_;  // ports whose remote's address did not greet
  std::uint64_t next_id_ = 0;
  Timer sweep_;
  Timer serve_again_;
};

}  // namespace helper::tunnel
