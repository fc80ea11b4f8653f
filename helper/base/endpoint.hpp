// Remote is where a tunnel leads, as the server sees it: a TCP address, or a command whose standard input and output
// are the connection.
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

// A way into what has no address: each connection runs the command anew. Its client sees the end of its output once its
// standard error has ended too, as sshd has it.
struct Pipe {
  std::string name;     // for people: "sshd in centernet by docker exec"
  std::string command;  // POSIX sh, values only through shell::quote; "exec PROGRAM ..." spares a waiting shell

  friend bool operator==(const Pipe&, const Pipe&) = default;
};

using Remote = std::variant<Endpoint, Pipe>;

[[nodiscard]] inline std::string to_text(const Endpoint& endpoint) {
  return endpoint.host + ":" + std::to_string(endpoint.port);
}
[[nodiscard]] inline std::string to_text(const Pipe& pipe) { return pipe.name; }
[[nodiscard]] inline std::string to_text(const Remote& remote) {
  return std::visit([](const auto& each) { return to_text(each); }, remote);
}

}  // namespace helper
