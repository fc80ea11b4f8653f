// Remote is where a tunnel goes, as the server sees it: a TCP address, a command whose standard input and output are
// the connection, or an SSH server that has both.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace helper {

// A TCP address as a person writes it: host (name or numeric) and port.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// A way to what has no address: each connection runs the command again. Its client sees the end of its output once its
// standard error has ended too, as sshd has it.
struct Pipe {
  std::string name;     // for people: "sshd in centernet by docker exec"
  std::string command;  // POSIX sh, values only through shell::quote; "exec PROGRAM ..." spares a waiting shell

  friend bool operator==(const Pipe&, const Pipe&) = default;
};

// One way to the other side.
using Leg = std::variant<Endpoint, Pipe>;

// An SSH server with two ways to it. Who can use the machine that has the address can also keep that server busy,
// so a connection that is not greeted there in time (RFC 4253, section 4.2) takes the pipe.
struct SshDoor {
  Endpoint address;
  Pipe otherwise;

  friend bool operator==(const SshDoor&, const SshDoor&) = default;
};

using Remote = std::variant<Endpoint, Pipe, SshDoor>;

[[nodiscard]] inline std::string to_text(const Endpoint& endpoint) {
  return endpoint.host + ":" + std::to_string(endpoint.port);
}
[[nodiscard]] inline std::string to_text(const Pipe& pipe) { return pipe.name; }
[[nodiscard]] inline std::string to_text(const SshDoor& door) { return to_text(door.address); }
template <class... Ways>
[[nodiscard]] std::string to_text(const std::variant<Ways...>& remote) {
  return std::visit([](const auto& each) { return to_text(each); }, remote);
}

}  // namespace helper
