#include "ssh/tcp_health.hpp"

#ifdef __linux__
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#endif

namespace helper::ssh {

std::optional<TcpHealth> tcp_health([[maybe_unused]] int fd) {
#ifdef __linux__
  tcp_info info{};
  socklen_t length = sizeof info;
  if (fd < 0 || ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return std::nullopt;
  return TcpHealth{info.tcpi_unacked > 0, Milliseconds(info.tcpi_last_ack_recv), Milliseconds(info.tcpi_rtt / 1000)};
#else
  return std::nullopt;
#endif
}

void set_tcp_patience([[maybe_unused]] int fd, [[maybe_unused]] Milliseconds patience) {
#ifdef __linux__
  const auto limit = static_cast<unsigned int>(patience.count());
  if (fd >= 0) ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit, sizeof limit);
#endif
}

}  // namespace helper::ssh
