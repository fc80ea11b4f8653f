#include "ssh/transport.hpp"

#include "ssh/dial.hpp"
#include "ssh/jump_bridge.hpp"
#include "ssh/proxy_command.hpp"

#include <utility>

namespace helper::ssh {

Result<Transport> open_transport(const HostConfig& host, const ConnectOptions& options, const std::stop_token& stop) {
  if (!host.jumps.empty()) {
    HostConfig hop = host.jumps.back();
    hop.jumps.assign(host.jumps.begin(), host.jumps.end() - 1);
    HELPER_TRY_ASSIGN(auto session, Session::connect(hop, options, stop));
    return JumpBridge::open(std::move(session), host.alias, host.hostname, host.port,
                            Limit(options.connect_timeout, stop));
  }
  if (!host.proxy_command.empty()) return ProxyCommand::start(host.alias, host.proxy_command);
  Transport transport;
  HELPER_TRY_ASSIGN(transport.fd, dial(host.alias, host.hostname, host.port, Limit(options.connect_timeout, stop)));
  transport.liveness_fd = transport.fd.get();
  return transport;
}

}  // namespace helper::ssh
