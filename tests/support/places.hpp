// Places for tests: a container as an engine would describe it, and what a look finds of one.
#pragma once

#include "plan/desired.hpp"
#include "plan/observed.hpp"
#include "plan/our_names.hpp"
#include "plan/place.hpp"
#include "plan/sshd_setup.hpp"

#include <string>

namespace helper::test {

inline plan::Place docker_place(const std::string& container, const std::string& user = "root") {
  const auto entry = [&](const std::string& who) {
    return plan::Entry{{"docker", "exec", "--interactive", "--user", who, "--", container},
                       {"docker", "exec", "--detach", "--user", who, "--", container}};
  };
  plan::Place place;
  place.name = "container " + container;
  place.run = container + "@1";
  place.user = user;
  place.as_user = entry(user);
  place.as_root = entry("0");
  place.as_full_root = entry("0");
  place.by_hand = "docker exec --user 0 " + container;
  place.to_enter = "docker exec -it " + container + " sh";
  return place;
}

// A stand-in for what a look finds of the place of a container that runs, and of the ways to its ports: pipes have a
// name and no real command.
inline void add_place(plan::Observed& observed, const plan::Desired& desired) {
  observed.place.current = std::nullopt;
  observed.place.doors.clear();
  if (!observed.server.container || observed.server.container->state != plan::ContainerState::running) return;
  const std::string& name = desired.target.container.name;
  observed.place.current = docker_place(name, desired.target.ssh.user);
  observed.place.current->ways = observed.server.container->ways;
  const auto& ways = observed.server.container->ways;
  for (const auto& tunnel : desired.tunnels) {
    const std::uint16_t port = tunnel.container_port;
    const auto address = plan::reach(ways, port);
    if (port == plan::k_container_ssh_port) {
      const bool looked_into = observed.place.inside && observed.place.inside->has_shell && observed.local.key;
      const auto setup = looked_into ? plan::sshd_setup(desired, observed) : tl::unexpected(Error{});
      if (!setup) continue;
      const Pipe pipe{"an sshd in container " + name, setup->sshd + " of " + setup->user + " with " + setup->folder};
      observed.place.doors[port] = address ? Remote(SshDoor{*address, pipe}) : Remote(pipe);
    } else if (address) {
      observed.place.doors[port] = *address;
    } else if (ways.shares_network) {
      observed.place.doors[port] = Endpoint{"127.0.0.1", port};
    } else if (observed.place.inside && plan::takes_bundle(observed)) {
      observed.place.doors[port] = Pipe{"port " + std::to_string(port) + " of container " + name, "nc"};
    }
  }
}

}  // namespace helper::test
