#include "ssh/transport.hpp"

#include <utility>

#include "ssh/dial.hpp"

namespace helper::ssh {

Result<Transport> open_transport(const HostConfig& host, const ConnectOptions& options, const std::stop_token& stop) {
  Transport transport;
  HELPER_TRY_ASSIGN(transport.fd, dial(host.alias, host.hostname, host.port, Limit(options.connect_timeout, stop)));
  transport.liveness_fd = transport.fd.get();
  return transport;
}

}  // namespace helper::ssh
