#include "base/free_port.hpp"

#include "base/fd.hpp"

#include <algorithm>
#include <netinet/in.h>
#include <sys/socket.h>

namespace helper {

bool is_free_port(std::uint16_t port) {
  const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // As our tunnels bind: a port whose last connection has just ended is free.
  return socket && ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
         ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::optional<std::uint16_t> free_port_from(int from, const std::function<bool(std::uint16_t)>& may_be) {
  constexpr int k_tries = 100;
  constexpr int k_last = 65'535;
  for (int port = from; port <= std::min(from + k_tries, k_last); ++port) {
    const auto number = static_cast<std::uint16_t>(port);
    if (may_be(number) && is_free_port(number)) return number;
  }
  return std::nullopt;
}

}  // namespace helper
