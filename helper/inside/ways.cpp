#include "inside/ways.hpp"

#include "inside/run.hpp"
#include "inside/sshd.hpp"
#include "plan/our_names.hpp"

#include <optional>

namespace helper::inside {
namespace {

Pipe pipe(const Place& place, As who, std::string name, const Words& program) {
  return {std::move(name), "exec " + line(place, who, program)};
}

}  // namespace

Remote way_to_sshd(const Place& place, const plan::SshdSetup& setup) {
  Words program = clean_environment(setup);
  program.insert(program.end(), {setup.sshd, "-i", "-f", setup.folder + "/sshd_config"});
  auto otherwise = pipe(place, setup.as_user ? As::user : As::root, "an sshd in " + place.name, program);
  if (const auto address = plan::reach(place.ways, plan::k_container_ssh_port); address && setup.listens)
    return SshDoor{*address, std::move(otherwise)};
  return otherwise;
}

std::optional<Remote> way_to_port(const Place& place, std::uint16_t port, bool has_bundle) {
  if (const auto address = plan::reach(place.ways, port)) return *address;
  if (place.ways.shares_network) return Endpoint{"127.0.0.1", port};
  if (!has_bundle) return std::nullopt;
  const std::string number = std::to_string(port);
  return pipe(place, As::root, "port " + number + " of " + place.name,
              {std::string(plan::k_bundle_folder) + "/bin/nc", "-N", "127.0.0.1", number});
}

std::map<std::uint16_t, Remote> ways(const Place& place, const std::vector<plan::DesiredTunnel>& tunnels,
                                     const plan::SshdSetup* setup, bool has_bundle) {
  std::map<std::uint16_t, Remote> found;
  for (const auto& tunnel : tunnels) {
    const std::uint16_t port = tunnel.container_port;
    if (port == plan::k_container_ssh_port) {
      if (setup != nullptr) found.emplace(port, way_to_sshd(place, *setup));
    } else if (auto way = way_to_port(place, port, has_bundle)) {
      found.emplace(port, std::move(*way));
    }
  }
  return found;
}

}  // namespace helper::inside
