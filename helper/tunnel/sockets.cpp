#include "tunnel/sockets.hpp"

#include "base/shortage.hpp"
#include "tunnel/port_holder.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <sys/socket.h>

namespace helper::tunnel {
namespace {

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

std::optional<Address> numeric_address(const Endpoint& endpoint) {
  Address address;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(endpoint.port);
  if (::inet_pton(AF_INET, endpoint.host.c_str(), &v4.sin_addr) == 1) {
    std::memcpy(&address.storage, &v4, sizeof v4);
    address.length = sizeof v4;
    return address;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(endpoint.port);
  if (::inet_pton(AF_INET6, endpoint.host.c_str(), &v6.sin6_addr) == 1) {
    std::memcpy(&address.storage, &v6, sizeof v6);
    address.length = sizeof v6;
    return address;
  }
  return std::nullopt;
}

Fd new_socket(int family) { return Fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)); }

void set_option(int socket, int level, int option) {
  const int on = 1;
  ::setsockopt(socket, level, option, &on, sizeof on);
}

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

Moved moved(ssize_t result) {
  if (result >= 0) return {static_cast<std::size_t>(result), false, false};
  return {0, would_block(), !would_block()};
}

}  // namespace

Result<Fd> listen_on_loopback(std::uint16_t port, const std::string& name) {
  const std::string thing = "local port " + std::to_string(port) + " (" + name + ")";
  const auto address = numeric_address({"127.0.0.1", port});
  if (!address || port == 0) return fail(ErrorCode::tunnel_failed, thing, "a port is a number from 1 to 65535");
  Fd listener = new_socket(AF_INET);
  if (!listener) return fail(by_errno({ErrorCode::tunnel_failed, thing, "no socket could be made", {}}, errno));
  set_option(listener.get(), SOL_SOCKET, SO_REUSEADDR);
  if (::bind(listener.get(), address->get(), address->length) == 0 && ::listen(listener.get(), SOMAXCONN) == 0)
    return listener;
  const int cause = errno;
  if (cause == EADDRINUSE) return fail(port_busy_error(port, name, find_port_holder(port)));
  if (cause == EACCES)
    return fail(ErrorCode::tunnel_failed, thing, "this user may not open ports that low",
                "choose a local port above 1023");
  return fail(ErrorCode::tunnel_failed, thing, std::string("it could not be opened: ") + std::strerror(cause));
}

Accepted accept_one(int listener) {
  sockaddr_in peer{};
  socklen_t length = sizeof peer;
  Accepted result;
  result.socket = Fd(::accept4(listener, reinterpret_cast<sockaddr*>(&peer), &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!result.socket) {
    const bool full = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    result.outcome = full ? AcceptOutcome::out_of_descriptors : AcceptOutcome::none_waiting;
    return result;
  }
  set_option(result.socket.get(), IPPROTO_TCP, TCP_NODELAY);
  result.outcome = AcceptOutcome::accepted;
  std::array<char, INET_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET, &peer.sin_addr, text.data(), text.size());
  result.from = {text.data(), ntohs(peer.sin_port)};
  return result;
}

bool is_numeric(const Endpoint& endpoint) { return numeric_address(endpoint).has_value(); }

Result<Fd> begin_connect(const Endpoint& endpoint) {
  const auto address = numeric_address(endpoint);
  if (!address) return fail(ErrorCode::tunnel_failed, to_text(endpoint), "this is not a numeric address");
  Fd socket = new_socket(address->storage.ss_family);
  if (!socket)
    return fail(by_errno({ErrorCode::tunnel_failed, to_text(endpoint), "no socket could be made", {}}, errno));
  set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY);
  if (::connect(socket.get(), address->get(), address->length) == 0 || errno == EINPROGRESS) return socket;
  return fail(ErrorCode::tunnel_failed, to_text(endpoint), std::strerror(errno));
}

int socket_error(int socket) {
  int error = 0;
  socklen_t length = sizeof error;
  return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

Moved receive(int socket, std::span<char> into) { return moved(::recv(socket, into.data(), into.size(), 0)); }

Moved transmit(int socket, std::span<const char> bytes) {
  return moved(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL));
}

void reset_on_close(int socket) {
  const linger at_once{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace helper::tunnel
