#include "ensure/banner.hpp"

#include "base/fd.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <sys/socket.h>

namespace helper::ensure {

bool ssh_answers(std::uint16_t port, Milliseconds limit, const std::stop_token& stop) {
  constexpr std::string_view k_greeting = "SSH-";
  const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return false;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 && errno != EINPROGRESS)
    return false;
  const auto deadline = std::chrono::steady_clock::now() + limit;
  const std::stop_callback wake(stop, [&] { ::shutdown(socket.get(), SHUT_RDWR); });
  std::string seen;
  while (seen.size() < k_greeting.size() && !stop.stop_requested()) {
    const auto left = std::chrono::duration_cast<Milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return false;
    pollfd waiting{socket.get(), POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(left)) < 0 && errno != EINTR) return false;
    if (waiting.revents == 0) continue;
    char buffer[16];
    const ssize_t n = ::recv(socket.get(), buffer, k_greeting.size() - seen.size(), 0);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) return false;
    if (n > 0) seen.append(buffer, static_cast<std::size_t>(n));
  }
  return seen == k_greeting;
}

}  // namespace helper::ensure
