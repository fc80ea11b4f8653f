// A unix socket with an end to each wait.
#include "keeper/engine_api.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <thread>

namespace helper::keeper {
namespace {

constexpr std::size_t k_piece = 64 * 1024;

tl::unexpected<Error> broken(int error) {
  return fail(ErrorCode::engine_down, "the engine's socket", std::generic_category().message(error));
}

int left_ms(Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyClock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

}  // namespace

Result<Stream> Stream::open(const std::string& path, int stop, Deadline deadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path)) return broken(ENAMETOOLONG);
  std::memcpy(&address.sun_path[0], path.data(), path.size());
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return broken(errno);
  // The one cast that sockets need.
  while (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    // EAGAIN: more callers wait than the engine's queue holds. A unix socket has no "in progress".
    if (errno != EAGAIN && errno != EINTR) return broken(errno);
    if (left_ms(deadline) == 0) return fail(ErrorCode::timed_out, "the engine", "it does not answer");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return Stream(std::move(fd), stop);
}

Result<short> Stream::wait(short events, Deadline deadline) const {
  while (true) {
    std::array<pollfd, 2> fds{{{fd_.get(), events, 0}, {stop_, POLLIN, 0}}};
    const int ready = ::poll(fds.data(), fds.size(), left_ms(deadline));
    if (ready < 0 && errno != EINTR) return broken(errno);
    if (ready > 0 && fds[1].revents != 0) return fail(ErrorCode::cancelled, "the keeper", "it was told to end");
    if (ready > 0) return fds[0].revents;
    if (left_ms(deadline) == 0) return fail(ErrorCode::timed_out, "the engine", "it does not answer in time");
  }
}

Result<std::size_t> Stream::send_some(std::string_view bytes) {
  const auto put = ::send(fd_.get(), bytes.data(), std::min(bytes.size(), k_piece), MSG_NOSIGNAL);
  if (put < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (put < 0) return broken(errno);
  return static_cast<std::size_t>(put);
}

Result<std::optional<std::string>> Stream::receive_some() {
  std::string bytes(k_piece, '\0');
  const auto got = ::recv(fd_.get(), bytes.data(), bytes.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
  if (got < 0) return broken(errno);
  bytes.resize(static_cast<std::size_t>(got));
  return bytes;
}

Result<void> Stream::send(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    HELPER_TRY(wait(POLLOUT, deadline));
    HELPER_TRY_ASSIGN(const auto put, send_some(bytes));
    bytes.remove_prefix(put);
  }
  return {};
}

Result<std::string> Stream::receive(Deadline deadline) {
  while (true) {
    HELPER_TRY(wait(POLLIN, deadline));
    HELPER_TRY_ASSIGN(auto bytes, receive_some());
    if (bytes) return std::move(*bytes);
  }
}

Result<void> Stream::exchange(std::string_view input, FrameReader& reader, std::string_view received,
                              Deadline deadline) {
  HELPER_TRY(reader.feed(received));
  bool sending = true;
  while (true) {
    if (sending && input.empty()) {
      ::shutdown(fd_.get(), SHUT_WR);
      sending = false;
    }
    HELPER_TRY_ASSIGN(const auto ready, wait(static_cast<short>(sending ? POLLIN | POLLOUT : POLLIN), deadline));
    if (sending && (ready & POLLOUT) != 0) {
      // A program that reads no more may have ended well: its output and its exit code decide.
      const auto put = send_some(input);
      input.remove_prefix(put ? *put : input.size());
    }
    if ((ready & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
    HELPER_TRY_ASSIGN(const auto bytes, receive_some());
    if (!bytes) continue;
    if (bytes->empty()) return {};
    HELPER_TRY(reader.feed(*bytes));
  }
}

}  // namespace helper::keeper
