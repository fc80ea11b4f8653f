#include "cli/pump.hpp"

#include "base/process/pipe.hpp"
#include "base/process/signals.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <thread>

namespace helper::cli {
namespace {

using Buffer = std::array<char, 65536>;

void make_blocking(const Fd& socket) {
  const int flags = ::fcntl(socket.get(), F_GETFL);
  ::fcntl(socket.get(), F_SETFL, flags & ~O_NONBLOCK);
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// Until `in` ends, the connection breaks or `ended` can be read.
void pass_on_input(int in, int connection, int ended) {
  Buffer buffer;
  for (;;) {
    std::array<pollfd, 2> wanted{pollfd{in, POLLIN, 0}, pollfd{ended, POLLIN, 0}};
    if (::poll(wanted.data(), wanted.size(), -1) < 0 && errno != EINTR) return;
    if (wanted[1].revents != 0) return;
    if (wanted[0].revents == 0) continue;
    const ssize_t n = ::read(in, buffer.data(), buffer.size());
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) {
      ::shutdown(connection, SHUT_WR);
      return;
    }
    if (!send_all(connection, {buffer.data(), static_cast<std::size_t>(n)})) return;
  }
}

Result<void> pass_on_output(int connection, int out) {
  const SigpipeBlocked no_sigpipe;
  Buffer buffer;
  for (;;) {
    const ssize_t n = ::recv(connection, buffer.data(), buffer.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      return fail(ErrorCode::tunnel_failed, "the connection", std::string("it broke (") + std::strerror(errno) + ")");
    if (n == 0) return {};
    if (!write_all(out, {buffer.data(), static_cast<std::size_t>(n)})) return {};
  }
}

}  // namespace

Result<void> pump(const Fd& connection, int in, int out, const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(PipeEnds ended, make_pipe());
  make_blocking(connection);
  std::thread input(pass_on_input, in, connection.get(), ended.read.get());
  const std::stop_callback on_stop(stop, [&] { ::shutdown(connection.get(), SHUT_RDWR); });
  auto result = pass_on_output(connection.get(), out);
  ::shutdown(connection.get(), SHUT_RDWR);
  ended.write.reset();  // its other end can be read now: the end of a file
  input.join();
  return result;
}

}  // namespace helper::cli
