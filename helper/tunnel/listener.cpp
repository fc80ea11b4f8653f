#include "tunnel/listener.hpp"

#include "base/log.hpp"
#include "tunnel/sockets.hpp"

#include <exception>
#include <fcntl.h>
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

namespace {

constexpr Milliseconds k_between_lines{10'000};  // a stranger must not fill the log

}  // namespace

Gate::Gate(PeerPolicy policy) : policy_(policy) { reserve_descriptor(); }

bool Gate::admits(int socket, std::uint16_t port) {
  if (lookup_.admits(policy_, socket)) return true;
  reset_on_close(socket);
  count_refusal(port);
  return false;
}

void Gate::count_refusal(std::uint16_t port) {
  ++unsaid_;
  const auto now = std::chrono::steady_clock::now();
  if (said_at_ != SteadyTime{} && now - said_at_ < k_between_lines) return;
  log_warning("port {}: {} connection(s) of other users of this machine were refused", port, unsaid_);
  said_at_ = now;
  unsaid_ = 0;
}

bool Gate::lend_descriptor() {
  if (!spare_) return false;
  spare_ = Fd();
  return true;
}

void Gate::reserve_descriptor() {
  if (!spare_) spare_ = Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

}  // namespace helper::tunnel
