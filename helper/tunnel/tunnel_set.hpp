// Tunnels is the TunnelSet that really forwards: local ports on 127.0.0.1, and a Trunk to the server, which it may
// share with others.
#pragma once

#include "base/local_peer.hpp"
#include "base/result.hpp"
#include "ssh/session.hpp"
#include "tunnel/trunk.hpp"
#include "tunnel/tunnels.hpp"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace helper::tunnel {

class Tunnels final : public TunnelSet {
 public:
  // Makes one session to the server. Called on a thread of its own, again and again as sessions are lost; never twice
  // at once. It must return soon after the stop is requested. One that goes to a shared Trunk owns what it uses: it may
  // still be at work when these Tunnels are gone. nullptr: the server is this machine, no session is needed.
  using Dial = Link::Dial;
  // What the owner is told. Called on the trunk's thread: it must be quick, and must not destroy any Tunnels of that
  // trunk. Each may be empty.
  struct Told {
    // The way to the server, once these Tunnels have asked for it, went up or down, and why.
    std::function<void(bool up, const std::string& why)> link_change;
    // What a local port forwards to did not take a connection, and why.
    std::function<void(std::uint16_t local_port, const std::string& why)> refusal;
  };

  // `policy` says whose connections the local ports take.
  Tunnels(std::shared_ptr<Trunk> trunk, Dial dial, Told told = {}, PeerPolicy policy = peer_policy(false));
  // With a Trunk of their own.
  explicit Tunnels(const Dial& dial, Told told = {}, PeerPolicy policy = peer_policy(false));
  ~Tunnels() override;  // closes every port and connection of theirs at once

  [[nodiscard]] Result<void> open(std::uint16_t local_port, const std::string& name) override;
  [[nodiscard]] Result<void> point(std::uint16_t local_port, const Remote& remote) override;
  [[nodiscard]] Result<Fd> connect(const Remote& remote) override;
  void close(std::uint16_t local_port) override;
  [[nodiscard]] std::vector<TunnelStatus> status() const override;

  // Dials now if there is no session and none is being made, however long the next try was put off. Nothing for a local
  // server.
  void start() override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace helper::tunnel
