#include "tunnel/listener.hpp"

#include "base/log.hpp"

#include <exception>
#include <utility>

namespace helper::tunnel {
namespace {

constexpr int k_accepts_per_turn = 32;
// With no descriptor left the kernel keeps saying "readable": look again only after this long.
constexpr Milliseconds k_pause{200};

}  // namespace

Listener::Listener(Loop& loop, Gate& gate, Fd socket, std::uint16_t port, std::function<void(Fd, Endpoint)> accepted)
    : gate_(gate),
      socket_(std::move(socket)),
      port_(port),
      accepted_(std::move(accepted)),
      pause_(loop, [this] { watch_.want_read(); }),
      watch_(
          loop, socket_.get(), [this] { accept_all(); }, [] {}) {
  watch_.want_read();
}

void Listener::accept_all() {
  for (int i = 0; i < k_accepts_per_turn; ++i) {
    Accepted next = accept_one(socket_.get());
    if (next.outcome == AcceptOutcome::out_of_descriptors && gate_.lend_descriptor()) next = accept_one(socket_.get());
    if (next.outcome == AcceptOutcome::out_of_descriptors) {
      log_warning("no file descriptor is left to take a connection with; trying again in {} ms", k_pause.count());
      return pause_.start(k_pause);
    }
    if (next.outcome == AcceptOutcome::none_waiting) break;
    // What goes wrong with one connection must not end the taking of others.
    try {
      if (gate_.admits(next.socket.get(), port_)) accepted_(std::move(next.socket), std::move(next.from));
    } catch (const std::exception& error) {
      log_warning("a connection to port {} could not be taken in: {}", port_, error.what());
    }
    next.socket = Fd();
    gate_.reserve_descriptor();
  }
  gate_.reserve_descriptor();
  watch_.want_read();
}

}  // namespace helper::tunnel
