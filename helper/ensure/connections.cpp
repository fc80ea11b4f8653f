#include "ensure/connections.hpp"

#include "base/process/local_runner.hpp"
#include "ensure/counting_runner.hpp"
#include "ssh/control.hpp"
#include "tunnel/tunnel_set.hpp"

#include <utility>

namespace helper::ensure {
namespace {

class RealConnection final : public Connection {
 public:
  RealConnection(std::unique_ptr<CommandRunner> server, std::unique_ptr<CommandRunner> beside,
                 std::shared_ptr<ssh::Control> control, std::shared_ptr<tunnel::Trunk> trunk,
                 tunnel::Tunnels::Dial dial, tunnel::Tunnels::Told told, const PeerPolicy& policy)
      : control_(std::move(control)),
        server_(std::move(server)),
        beside_(std::move(beside)),
        tunnels_(std::move(trunk), std::move(dial), std::move(told), policy) {}
  [[nodiscard]] CommandRunner& server() override { return server_; }
  [[nodiscard]] CommandRunner& beside() override { return beside_; }
  [[nodiscard]] tunnel::TunnelSet& tunnels() override { return tunnels_; }
  [[nodiscard]] std::uint64_t commands() const override { return server_.runs() + beside_.runs(); }
  [[nodiscard]] bool is_checked_by_openssh() const override { return control_ && control_->is_checked_by_openssh(); }

 private:
  const std::shared_ptr<ssh::Control> control_;  // none of this machine
  CountingRunner server_;
  CountingRunner beside_;
  tunnel::Tunnels tunnels_;
};

}  // namespace

std::unique_ptr<Connection> RealConnections::open(ConnectionOrder order) {
  Server& server = servers_.find(order.server);
  if (order.server == k_this_machine) {
    return std::make_unique<RealConnection>(std::make_unique<LocalRunner>(), std::make_unique<LocalRunner>(), nullptr,
                                            server.trunk(), nullptr,
                                            tunnel::Tunnels::Told{nullptr, std::move(order.on_refusal)}, policy_);
  }
  const ssh::ConnectOptions options{std::move(order.agent_socket), std::move(order.ask), server.secrets(),
                                    Milliseconds(10'000)};
  const auto dial = [name = order.server,
                     options](const std::stop_token& stop) -> Result<std::unique_ptr<ssh::Session>> {
    HELPER_TRY_ASSIGN(const auto host, ssh::resolve_host(name, stop));
    return ssh::Session::connect(host, options, stop);
  };
  const auto control = server.control();
  return std::make_unique<RealConnection>(
      std::make_unique<ssh::SshRunner>(control, options), open_shared(order.server, options.agent_socket), control,
      server.trunk(), dial, tunnel::Tunnels::Told{std::move(order.on_link_change), std::move(order.on_refusal)},
      policy_);
}

std::unique_ptr<CommandRunner> RealConnections::open_shared(const std::string& server,
                                                            const std::string& agent_socket) {
  if (server == k_this_machine) return std::make_unique<LocalRunner>();
  Server& its = servers_.find(server);
  ssh::ConnectOptions options;
  options.agent_socket = agent_socket;
  options.secrets = its.secrets();
  return std::make_unique<ssh::SshRunner>(its.control(), std::move(options));
}

std::unique_ptr<CommandRunner> RealConnections::open_beside(const std::string& server,
                                                            const std::string& agent_socket) {
  if (server == k_this_machine) return std::make_unique<LocalRunner>(KeepOutput::beginning);
  ssh::ConnectOptions options;
  options.agent_socket = agent_socket;
  options.secrets = servers_.find(server).secrets();
  return std::make_unique<ssh::SshRunner>(server, std::move(options), KeepOutput::beginning);
}

}  // namespace helper::ensure
