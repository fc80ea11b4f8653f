// drive() repeats a libssh call of a non-blocking session until it no longer asks to be called again, waiting on the
// socket in between: the one place where the ssh room waits for a server's answer during set-up.
#pragma once

#include "base/result.hpp"
#include "ssh/dial.hpp"
#include "ssh/host_config.hpp"
#include "ssh/wait.hpp"

#include <libssh/libssh.h>

#include <poll.h>
#include <string>

namespace helper::ssh {

struct Wire {
  ssh_session session = nullptr;
  int fd = -1;           // the socket below the session
  int liveness_fd = -1;  // as in Session::Native
};

// `call` returns `again` (SSH_AGAIN, SSH_AUTH_AGAIN) while it is under way. The result is its last answer, and `again`
// when the limit passed or a stop was requested first. SSH_ERROR (which is SSH_AUTH_ERROR too) when the connection
// ended: libssh would go on asking to be called again.
template <class Call>
int drive(const Wire& wire, const Limit& limit, int again, Call call) {
  while (true) {
    acknowledge_at_once(wire.liveness_fd);
    if (limit.stopped()) return again;
    const int answer = call();
    if (answer != again || limit.passed()) return answer;
    if (ssh_is_connected(wire.session) == 0) return SSH_ERROR;
    const bool writing = (ssh_get_status(wire.session) & SSH_WRITE_PENDING) != 0;
    static_cast<void>(limit.poll(wire.fd, static_cast<short>(POLLIN | (writing ? POLLOUT : 0)), k_wait_slice));
  }
}

// The error for a `drive` that ended with `again`.
[[nodiscard]] inline tl::unexpected<Error> gave_up(const std::string& thing, const Limit& limit,
                                                   const std::string& doing) {
  if (limit.stopped()) return fail(ErrorCode::cancelled, thing, "the request was cancelled while " + doing);
  return fail(ErrorCode::server_unreachable, thing, "the server did not answer in time while " + doing,
              "check with: " + ssh_by_hand(thing, {"-v"}, "true"));
}

}  // namespace helper::ssh
