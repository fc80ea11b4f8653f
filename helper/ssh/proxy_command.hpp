// ProxyCommand is a program whose standard input and output are the network of a session, as ssh_config(5) has it.
#pragma once

#include "ssh/transport.hpp"

#include <string>
#include <sys/types.h>

namespace helper::ssh {

class ProxyCommand final : public Carrier {
 public:
  // Starts `command`, tokens expanded, by `sh -c`. It ends with the carrier.
  [[nodiscard]] static Result<Transport> start(const std::string& name, const std::string& command);
  ~ProxyCommand() override;
  ProxyCommand(const ProxyCommand&) = delete;
  ProxyCommand& operator=(const ProxyCommand&) = delete;

 private:
  explicit ProxyCommand(pid_t pid) : pid_(pid) {}
  pid_t pid_;  // and the number of its process group
};

}  // namespace helper::ssh
