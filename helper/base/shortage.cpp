#include "base/shortage.hpp"

#include "base/fd.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/resource.h>

namespace helper {
namespace {

// What a failed call had open is closed again when it is asked about: so many must be free for it not to be a shortage.
constexpr std::size_t k_needed = 8;

Error shortage(int error_number) {
  if (error_number == ENFILE) {
    return {ErrorCode::internal, "this machine", "all of its file descriptors are in use",
            "close some programs, or raise the limit: sudo sysctl -w fs.file-max=1000000"};
  }
  rlimit limit{};
  const bool known = ::getrlimit(RLIMIT_NOFILE, &limit) == 0;
  return {ErrorCode::internal, "helper",
          "this process has no file descriptor left" +
              (known ? " (its limit is " + std::to_string(limit.rlim_cur) + ")" : std::string()),
          "raise the limit and start the daemon again: ulimit -n 4096; helper shutdown"};
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
