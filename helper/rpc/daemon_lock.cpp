#include "rpc/daemon_lock.hpp"

#include "base/shortage.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace helper::rpc {

Result<std::optional<DaemonLock>> DaemonLock::try_take(const std::filesystem::path& file) {
  // The file stays for ever: removing it would let two processes hold locks on two files of one name.
  Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return fail(by_errno({ErrorCode::file_failed, file.string(), "cannot be opened", {}}, errno));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return DaemonLock(std::move(fd));
  if (errno == EWOULDBLOCK || errno == EINTR) return std::nullopt;
  return fail(ErrorCode::file_failed, file.string(), std::string("cannot be locked (") + std::strerror(errno) + ")");
}

bool DaemonLock::is_of(const std::filesystem::path& file) const {
  struct stat ours {};
  struct stat there {};
  return ::fstat(fd_.get(), &ours) == 0 && ::lstat(file.c_str(), &there) == 0 && ours.st_ino == there.st_ino &&
         ours.st_dev == there.st_dev;
}

bool DaemonLock::is_held(const std::filesystem::path& file) {
  // A shared lock, so that two who look at once do not take each other for a daemon.
  const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  return fd && ::flock(fd.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

}  // namespace helper::rpc
