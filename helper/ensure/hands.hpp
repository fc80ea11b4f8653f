// Hands are the six ways in which the helper touches the world; everything that has an effect goes through one of
// them, and each has an in-memory twin for tests.
#pragma once

#include "base/clock.hpp"
#include "base/command.hpp"
#include "base/files.hpp"
#include "base/paths.hpp"
#include "ensure/connections.hpp"
#include "ensure/jupyter_api.hpp"
#include "ensure/ssh_client.hpp"
#include "tunnel/tunnels.hpp"

#include <string>

namespace helper::ensure {

struct Hands {
  CommandRunner& server;
  tunnel::TunnelSet& tunnels;
  FileStore& files;
  Clock& clock;
  JupyterApi& jupyter;
  SshClient& ssh;
  std::string agent_socket{};       // of who asked last; "" = no agent
  CommandRunner* beside = nullptr;  // for what need not be waited for, beside the commands of `server`; nullptr: none
};

// World is what all targets share: what belongs to no server, and the source of the rest. It outlives them.
struct World {
  const Paths& paths;
  Connections& connections;
  FileStore& files;
  Clock& clock;
  JupyterApi& jupyter;
  SshClient& ssh;
};

}  // namespace helper::ensure
