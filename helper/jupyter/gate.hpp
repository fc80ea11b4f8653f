// Gate is between our HTTP client and a container: a port of 127.0.0.1 that serves one request of ours and nobody
// else's. It passes the request on, takes the whole answer under its limits, and only then hands over a plain one that
// it wrote itself: no byte of the container's head or framing reaches the client.
#pragma once

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/local_peer.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <stop_token>
#include <string>

namespace helper::jupyter {

// What the limits of RFC 9112's parts are here: bytes of a head, and of a whole answer.
inline constexpr std::size_t k_max_head = 16u << 10;

class Gate {
 public:
  // Connections that `policy` does not admit are closed unread. `pass` must be in the head of the request: a connection
  // without it is closed too, and the gate waits on. Error: internal.
  [[nodiscard]] static Result<Gate> open(std::string pass, const PeerPolicy& policy);
  [[nodiscard]] std::uint16_t port() const { return port_; }

  // Serves the one request from `far`, a stream socket that does not block. The client is answered when this returns
  // without an error; else its connection is closed. The answer has the status that `far` gave, no headers but
  // Content-Type (application/json, or else octets) and Content-Length, and for a status other than 200 no body.
  // Errors: timed_out, cancelled, inside_failed (what answers breaks HTTP or a limit).
  [[nodiscard]] Result<void> serve(const Fd& far, SteadyTime until, const std::stop_token& stop);

 private:
  Gate(Fd listener, std::uint16_t port, std::string pass, const PeerPolicy& policy)
      : listener_(std::move(listener)), port_(port), pass_(std::move(pass)), policy_(policy) {}
  Fd listener_;
  std::uint16_t port_;
  std::string pass_;
  PeerPolicy policy_;
};

}  // namespace helper::jupyter
