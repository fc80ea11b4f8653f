// Session::Native is the libssh side of a Session: what the ssh room's own files, and nobody else, may touch.
#pragma once

#include "base/fd.hpp"
#include "ssh/session.hpp"

#include <libssh/libssh.h>

#include <memory>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace helper::ssh {

// Whatever carries the bytes beneath a session and must outlive it: a bridge to a jump host, a proxy command.
class Carrier {
 public:
  virtual ~Carrier() = default;
  // What it said last about its own trouble, on one line; "" for nothing.
  [[nodiscard]] virtual std::string last_words() { return {}; }
};

struct SessionFree {
  // Says goodbye if the transport still takes bytes; never waits. libssh leaves a descriptor open that it was given,
  // unless an error made it close that one; whoever gave it still holds the socket, so its number tells which it was.
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

// Members go in reverse order: the session says goodbye while its carrier still runs.
struct Session::Native {
  std::string name;
  // Our own handle on the socket below `session`, which holds (and on an error closes) a duplicate of it: this one
  // stays a valid number to poll, and shutting it down ends every wait on the session, from any thread.
  Fd transport;
  int liveness_fd =
      -1;  // the outermost TCP socket, for TCP_INFO: `transport` or a first hop's; -1 below a proxy command
  std::unique_ptr<Carrier> carrier;
  SessionPtr session;  // authenticated and in non-blocking mode (ssh_set_blocking 0, O_NONBLOCK)
};

}  // namespace helper::ssh
