// Access is what every IDE, and plain ssh, must know to use a ready target.
#pragma once

#include <cstdint>
#include <string>

namespace helper::ide {

struct Access {
  std::string target;      // "centernet"
  std::string host;        // "127.0.0.1"
  std::uint16_t port = 0;  // the local end of the SSH tunnel
  std::string user;
  std::string key_file;        // private key on this machine
  std::string known_hosts;     // our file, holding the container's pinned host keys
  std::string host_key_alias;  // the name under which they are there: "helper-centernet"
  std::string python;          // interpreter path in the container; "" when none fits
  std::string python_version;  // "3.11.2"
  std::string python_prefix;   // sys.prefix
  std::string python_cause;    // why this one, or why none
  std::string project_local;   // "" when the target has no project
  std::string project_remote;
  std::uint16_t jupyter_port = 0;  // local end; 0 when the target has no Jupyter
  std::string jupyter_url{};       // secret, for the token is in it: never logged; "" when no Jupyter answers there
  std::string ssh_name{};          // its Host for ssh: "centernet"; beside another config's of that name "centernet-2"
  friend bool operator==(const Access&, const Access&) = default;
};

// The alias under which the host keys of this Access::ssh_name are pinned, and its second Host.
[[nodiscard]] std::string host_key_alias(const std::string& ssh_name);

}  // namespace helper::ide
