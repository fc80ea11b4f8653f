#include "base/process/pipe.hpp"

#include "base/shortage.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace helper {
namespace {

// macOS has no pipe2; there a child started by another thread between the two calls could inherit the ends.
int pipe_cloexec(int (&ends)[2]) {
#if defined(__APPLE__)
  if (::pipe(ends) != 0) return -1;
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  return 0;
#else
  return ::pipe2(ends, O_CLOEXEC);
#endif
}

int socketpair_cloexec(int (&ends)[2]) {
#if defined(__APPLE__)
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return -1;
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  return 0;
#else
  return ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
#endif
}

Error no_more(const char* what) { return by_errno({ErrorCode::internal, what, "cannot be made", {}}, errno); }

Fd above_standard(int end) {
  if (end > STDERR_FILENO) return Fd(end);
  const Fd low(end);
  return Fd(::fcntl(low.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

}  // namespace

Result<PipeEnds> make_pipe() {
  int ends[2] = {-1, -1};
  if (pipe_cloexec(ends) != 0) return fail(no_more("pipe"));
  PipeEnds pipe;
  pipe.read = above_standard(ends[0]);
  pipe.write = above_standard(ends[1]);
  if (!pipe.read || !pipe.write) return fail(no_more("pipe"));
  return pipe;
}

Result<SocketPair> make_socket_pair() {
  int ends[2] = {-1, -1};
  if (socketpair_cloexec(ends) != 0) return fail(no_more("socket pair"));
  SocketPair pair;
  pair.ours = above_standard(ends[0]);
  pair.theirs = above_standard(ends[1]);
  if (!pair.ours || !pair.theirs || ::fcntl(pair.ours.get(), F_SETFL, O_NONBLOCK) != 0) {
    return fail(no_more("socket pair"));
  }
  return pair;
}

}  // namespace helper
