// TunnelSet is the open local ports of one target and what each forwards to. One of the five Hands.
#pragma once

#include "base/endpoint.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace helper::tunnel {

struct TunnelStatus {
  std::uint16_t local_port = 0;
  std::string name;
  std::optional<Remote> remote;
  bool link_up = false;         // the way to the server is up (always, for a local server)
  std::string trouble;          // why it does not, in one sentence
  std::size_t connections = 0;  // open now
  friend bool operator==(const TunnelStatus&, const TunnelStatus&) = default;
};

class TunnelSet {
 public:
  virtual ~TunnelSet() = default;
  // Binds 127.0.0.1:local_port at once, before anything slow. Already ours: nothing happens. Held by another:
  // port_busy, whose cause names the holder (command and pid) when this machine tells. Connections wait (bounded) until
  // there is a remote and a link.
  [[nodiscard]] virtual Result<void> open(std::uint16_t local_port, const std::string& name) = 0;
  // Forwards an open port to `remote`, as the server sees it.
  [[nodiscard]] virtual Result<void> point(std::uint16_t local_port, const Remote& remote) = 0;
  // A connection of our own to `remote`, by no port of this machine: a stream socket that does not block. As a client's
  // it waits (bounded) until there is a link, which it asks for; it is at its end when it is refused or given up.
  [[nodiscard]] virtual Result<Fd> connect(const Remote& remote) = 0;
  // Begins making the way to the server, if it is not up; nothing waits for it. point() does so too.
  virtual void start() = 0;
  virtual void close(std::uint16_t local_port) = 0;
  [[nodiscard]] virtual std::vector<TunnelStatus> status() const = 0;
};

}  // namespace helper::tunnel
