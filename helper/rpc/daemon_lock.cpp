#include "rpc/daemon_lock.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>

namespace helper::rpc {

Result<std::optional<DaemonLock>> DaemonLock::try_take(const std::filesystem::path& file) {
  // The file stays for ever: removing it would let two processes hold locks on two files of one name.
  Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd)
    return fail(ErrorCode::file_failed, file.string(), std::string("cannot be opened (") + std::strerror(errno) + ")");
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return DaemonLock(std::move(fd));
  if (errno == EWOULDBLOCK || errno == EINTR) return std::nullopt;
  return fail(ErrorCode::file_failed, file.string(), std::string("cannot be locked (") + std::strerror(errno) + ")");
}

bool DaemonLock::is_held(const std::filesystem::path& file) {
  // A shared lock, so that two who look at once do not take each other for a daemon.
  const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  return fd && ::flock(fd.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

}  // namespace helper::rpc
