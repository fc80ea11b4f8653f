#include "tunnel/backoff.hpp"

#include <algorithm>

namespace helper::tunnel {

bool needs_a_person(ErrorCode code) {
  return code == ErrorCode::server_auth || code == ErrorCode::server_host_key || code == ErrorCode::not_ready ||
         code == ErrorCode::cancelled;
}

Milliseconds Backoff::next(ErrorCode failure, double chance) {
  if (needs_a_person(failure)) return ++refusals_ < k_refusals ? k_after_refusal : k_after_refusals;
  refusals_ = 0;
  const Milliseconds wait = wait_;
  wait_ = std::min(wait_ * 2, k_longest_wait);
  return Milliseconds(static_cast<Milliseconds::rep>(static_cast<double>(wait.count()) * (0.8 + 0.4 * chance)));
}

}  // namespace helper::tunnel
