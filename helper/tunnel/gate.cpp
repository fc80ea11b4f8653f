#include "tunnel/gate.hpp"

#include "base/log.hpp"
#include "tunnel/sockets.hpp"

#include <fcntl.h>

namespace helper::tunnel {
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
