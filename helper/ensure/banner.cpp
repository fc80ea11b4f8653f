#include "ensure/banner.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>

namespace helper::ensure {
namespace {

constexpr std::string_view k_greeting = "SSH-";

// poll() tells of no fewer bytes than these (but always of an end).
void wait_for(const Fd& socket, std::size_t bytes) {
  const int least = static_cast<int>(bytes);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVLOWAT, &least, sizeof least);
}

}  // namespace

Fd ssh_at(std::uint16_t port, Milliseconds limit, const std::stop_token& stop) {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return {};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS)
    return {};
  wait_for(socket, k_greeting.size());
  const auto deadline = std::chrono::steady_clock::now() + limit;
  const std::stop_callback wake(stop, [&] { ::shutdown(socket.get(), SHUT_RDWR); });
  while (!stop.stop_requested()) {
    const auto left = std::chrono::duration_cast<Milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return {};
    pollfd waiting{socket.get(), POLLIN, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(left));
    if (ready < 0 && errno != EINTR) return {};
    if (ready <= 0) continue;
    char buffer[k_greeting.size()];
    const ssize_t n = ::recv(socket.get(), buffer, sizeof buffer, MSG_PEEK);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (n <= 0 || std::string_view(buffer, static_cast<std::size_t>(n)) != k_greeting) return {};
    wait_for(socket, 1);
    return socket;
  }
  return {};
}

bool ssh_answers(std::uint16_t port, Milliseconds limit, const std::stop_token& stop) {
  return static_cast<bool>(ssh_at(port, limit, stop));
}

}  // namespace helper::ensure
