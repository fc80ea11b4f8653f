#include "base/shortage.hpp"

#include "base/fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace helper {
namespace {

// What a failed call had open is closed again when it is asked about: so many must be free for it not to be a shortage.
constexpr std::size_t k_needed = 8;
constexpr rlim_t k_enough = 65536;  // descriptors

Error shortage(int error_number) {
  if (error_number == ENFILE) {
    return {ErrorCode::internal, "this machine", "all of its file descriptors are in use",
            "close some programs, or raise the limit: sudo sysctl -w fs.file-max=1000000"};
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) limit = {k_enough, k_enough};
  const std::string now = std::to_string(limit.rlim_cur);
  const std::string more = std::to_string(std::max(k_enough, limit.rlim_cur * 4));
  // helperd has raised its own limit as far as it may: only root can raise it further.
  const std::string fix =
      limit.rlim_cur < limit.rlim_max
          ? "raise the limit, then try again: ulimit -n " + std::to_string(std::min(k_enough, limit.rlim_max))
          : "raise the limit (ulimit -n): sudo prlimit --pid " + std::to_string(::getpid()) + " --nofile=" + more +
                ":" + more + "; for what this shell starts, the same with --pid $$";
  return {ErrorCode::internal, "helper", "this process has no file descriptor left (its limit is " + now + ")", fix};
}

}  // namespace

Error by_errno(Error error, int error_number) {
  if (error_number == EMFILE || error_number == ENFILE) return shortage(error_number);
  error.cause += std::string(" (") + std::strerror(error_number) + ")";
  return error;
}

Error or_shortage(Error error) {
  std::array<Fd, k_needed> tries;
  for (auto& each : tries) {
    each.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!each && (errno == EMFILE || errno == ENFILE)) return shortage(errno);
  }
  return error;
}

}  // namespace helper
