// Session::Native is the libssh side of a Session: only the ssh room's own files may touch it.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "ssh/host_config.hpp"
#include "ssh/session.hpp"
#include "ssh/tcp.hpp"
#include "ssh/wait.hpp"

#include <libssh/libssh.h>

#include <memory>
#include <poll.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace helper::ssh {

// What carries the bytes of a session and must outlive it: a bridge to a jump host, a proxy command.
class Carrier {
 public:
  virtual ~Carrier() = default;
  // What it last said about its own problem, on one line; "" for nothing.
  [[nodiscard]] virtual std::string last_words() { return {}; }
};

struct SessionFree {
  // Disconnects if the transport still takes bytes; never waits. libssh leaves a descriptor open that it was given,
  // unless an error made it close that one; the owner still holds the socket, so its number says which it was.
  void operator()(ssh_session session) const {
    const int given = ssh_get_fd(session);
    struct stat before {};
    const bool was_open = given >= 0 && ::fstat(given, &before) == 0;
    ssh_disconnect(session);
    ssh_free(session);
    struct stat after {};
    if (was_open && ::fstat(given, &after) == 0 && after.st_dev == before.st_dev && after.st_ino == before.st_ino)
      ::close(given);
  }
};
using SessionPtr = std::unique_ptr<ssh_session_struct, SessionFree>;

// Members go in reverse order: the session disconnects while its carrier still runs.
struct Session::Native {
  std::string name;
  bool checked_by_openssh = false;  // it vouches for the host key
  // Our own handle on the socket below `session`, which holds (and on an error closes) a duplicate of it: this one
  // stays a valid number to poll, and shutting it down ends every wait on the session, from any thread.
  Fd transport;
  int liveness_fd =
      -1;  // the outermost TCP socket, for TCP_INFO: `transport` or a first hop's; -1 below a proxy command
  std::unique_ptr<Carrier> carrier;
  SessionPtr session;  // authenticated and in non-blocking mode (ssh_set_blocking 0, O_NONBLOCK)
};

// drive() repeats a libssh call of a non-blocking session until it no longer asks to be called again, waiting on the
// socket in between: the one place where the ssh room waits for a server's answer during set-up.

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
