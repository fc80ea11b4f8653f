// Connections makes the ways to servers. Who owns a target opens one way for it, and keeps it; RealConnections goes
// by SSH, and tests give servers of their own.
#pragma once

#include "base/command.hpp"
#include "base/local_peer.hpp"
#include "base/prompt.hpp"
#include "ensure/server.hpp"
#include "tunnel/tunnels.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace helper::ensure {

// The server that is this machine: no connection is needed, and its tunnels always reach it.
inline constexpr const char* k_this_machine = "local";

// One target's way to its server. When it goes, its ports are free.
class Connection {
 public:
  virtual ~Connection() = default;
  [[nodiscard]] virtual CommandRunner& server() = 0;
  // For one command at a time beside those of server(), by the same session.
  [[nodiscard]] virtual CommandRunner& beside() = 0;
  [[nodiscard]] virtual tunnel::TunnelSet& tunnels() = 0;
  // Commands that were sent through both so far, none is under way: a report shows them as round trips.
  [[nodiscard]] virtual std::uint64_t commands() const = 0;
  // Of its last session for commands: OpenSSH itself vouches for the server's host key.
  [[nodiscard]] virtual bool is_checked_by_openssh() const = 0;
};

struct ConnectionOrder {
  std::string server;             // as the config names it
  std::string agent_socket;       // "" = no agent
  std::shared_ptr<Prompter> ask;  // for secrets, and about an unknown host key
  // The link of the tunnels went up or down, and why. It comes on a thread of the connection's, must be quick, and may
  // not destroy the connection; none comes once the connection is gone.
  std::function<void(bool up, const std::string& why)> on_link_change;
  // What a local port forwards to did not take a connection, and why: it may have moved or ended. In the same way.
  std::function<void(std::uint16_t local_port, const std::string& why)> on_refusal;
};

// Safe from any thread.
class Connections {
 public:
  virtual ~Connections() = default;
  // Dials nothing yet: the first command does, and the first tunnel that forwards.
  [[nodiscard]] virtual std::unique_ptr<Connection> open(ConnectionOrder order) = 0;
  // For commands beside those of a connection, by the session that they share. Nobody is asked.
  [[nodiscard]] virtual std::unique_ptr<CommandRunner> open_shared(const std::string& server,
                                                                   const std::string& agent_socket) = 0;
  // For one command that runs without an end, and keeps only the beginning of its output: by its own session. Nobody is
  // asked: what a person said for this server before is known.
  [[nodiscard]] virtual std::unique_ptr<CommandRunner> open_beside(const std::string& server,
                                                                   const std::string& agent_socket) = 0;
};

// All connections to one server share its Server, who dials: each brings the agent and the questions of its own.
class RealConnections final : public Connections {
 public:
  // `policy` says whose connections the tunnels take.
  explicit RealConnections(const PeerPolicy& policy) : policy_(policy) {}
  [[nodiscard]] std::unique_ptr<Connection> open(ConnectionOrder order) override;
  [[nodiscard]] std::unique_ptr<CommandRunner> open_shared(const std::string& server,
                                                           const std::string& agent_socket) override;
  [[nodiscard]] std::unique_ptr<CommandRunner> open_beside(const std::string& server,
                                                           const std::string& agent_socket) override;

 private:
  const PeerPolicy policy_;
  Servers servers_;
};

}  // namespace helper::ensure
