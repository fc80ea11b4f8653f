// dial() is how a TCP connection to a server is made: every address of the name is tried, again and again while they
// are silent, within one limit.
#pragma once

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"
#include "ssh/wait.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace helper::ssh {

// dial() is how a TCP connection to a server is made: every address of the name is tried, again and again while they
// are silent, within one limit.

// A connected, non-blocking socket with no delay, keepalive, and an end to unacknowledged data (k_unacknowledged).
// Errors: server_unreachable (named after `thing`), timed_out, cancelled.
[[nodiscard]] Result<Fd> dial(const std::string& thing, const std::string& host, std::uint16_t port,
                              const Limit& limit);

// TCP_USER_TIMEOUT of a connection: the kernel gives it up when data stays unacknowledged for this long.
inline constexpr Milliseconds k_unacknowledged{10'000};

// Asks the kernel to acknowledge at once for a while. It forgets that by itself, so it is set again at every wait:
// a server that has Nagle's algorithm on holds back its next message until our (else delayed, 40 ms) acknowledgement.
void acknowledge_at_once(int tcp_fd);

// How long ago the peer's last acknowledgement came; nullopt for -1 and where the kernel does not say.
[[nodiscard]] std::optional<Milliseconds> last_acknowledgement(int tcp_fd);

// SilenceWatch says when a peer has owed us an acknowledgement, and sent nothing, for too long while we watched.
class SilenceWatch {
 public:
  SilenceWatch(int tcp_fd, Milliseconds too_long);
  // To be asked every now and then. Always false for -1 and where the kernel does not say.
  [[nodiscard]] bool is_silent();

 private:
  int fd_;
  Milliseconds too_long_;
  SteadyTime owing_since_;  // an old last acknowledgement means nothing by itself: the link may just have been idle
};

// TcpHealth is what the kernel knows of one TCP connection's silence. Linux only; elsewhere nothing is known.

struct TcpHealth {
  bool unacked = false;        // bytes of ours are on the way or waiting
  Milliseconds since_ack{0};   // since the peer last acknowledged anything
  Milliseconds round_trip{0};  // smoothed
};

// nullopt when `fd` is -1 or no TCP socket.
[[nodiscard]] std::optional<TcpHealth> tcp_health(int fd);

// Lets the kernel keep the connection while bytes stay unacknowledged for this long (TCP_USER_TIMEOUT).
void set_tcp_patience(int fd, Milliseconds patience);

}  // namespace helper::ssh
