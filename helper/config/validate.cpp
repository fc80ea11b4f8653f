#include "config/validate.hpp"

#include "config/local_file.hpp"

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace helper::config {
namespace {

// "targets.one.ssh.local_port (line 2)"; with the local file's name where it is in that.
std::string told(const Config& config, const Places& places, const std::string& path, const std::string& key) {
  const Spot spot = spot_of(places, key);
  const std::string line = "line " + std::to_string(spot.line);
  return path + " (" + (spot.is_local ? line + " of " + local_file_of(config.file).filename().string() : line) + ")";
}

// Every local port of the target with the key that asks for it.
std::vector<std::pair<std::uint16_t, std::string>> local_ports(const Target& target) {
  const std::string path = "targets." + target.name;
  std::vector<std::pair<std::uint16_t, std::string>> ports{{target.ssh.local_port, path + ".ssh.local_port"}};
  if (target.jupyter) ports.emplace_back(target.jupyter->local_port, path + ".jupyter.local_port");
  for (std::size_t i = 0; i < target.forwards.size(); ++i) {
    ports.emplace_back(target.forwards[i].local, path + ".forwards[" + std::to_string(i) + "]");
  }
  return ports;
}

using UsedPorts = std::map<std::uint16_t, std::string>;

std::string free_port_near(const UsedPorts& used, std::uint16_t port) {
  for (int next = port + 1; next <= 65535; ++next) {
    if (!used.contains(static_cast<std::uint16_t>(next))) return ", for example " + std::to_string(next);
  }
  return "";
}

void check_local_ports(const Config& config, const Places& places, Faults& faults) {
  UsedPorts every;
  for (const auto& [name, target] : config.targets) {
    for (const auto& [port, path] : local_ports(target)) every.emplace(port, path);
  }
  UsedPorts used;
  for (const auto& [name, target] : config.targets) {
    for (const auto& [port, path] : local_ports(target)) {
      if (faults.is_full()) return;
      if (faults.touch(path)) continue;  // it has not the port that the person meant
      if (port == 0) continue;           // "auto"
      const auto [first, fresh] = used.emplace(port, path);
      if (fresh) continue;
      faults.add(spot_of(places, path), path,
                 "local port " + std::to_string(port) + " is also that of " +
                     told(config, places, first->second, first->second),
                 "give one of the two another local port" + free_port_near(every, port));
    }
  }
}

void check_containers(const Config& config, const Places& places, Faults& faults) {
  std::map<std::tuple<std::string, std::string>, std::string> seen;
  for (const auto& [name, target] : config.targets) {
    if (faults.is_full()) return;
    const std::string path = "targets." + name;
    const std::string key = path + ".container.name";
    if (faults.touch(path + ".server") || faults.touch(key)) continue;
    const auto [first, fresh] = seen.emplace(std::tuple(target.server, target.container.name), name);
    if (fresh) continue;
    const std::string other = "targets." + first->second;
    faults.add(spot_of(places, key), key,
               "container " + target.container.name + " on server " + target.server + " is also that of " +
                   told(config, places, other, other + ".container.name"),
               "give one of the two another container name, or remove one of the targets");
  }
}

void check_jupyter_ports(const Config& config, const Places& places, Faults& faults) {
  for (const auto& [name, target] : config.targets) {
    if (!target.jupyter || target.jupyter->port != k_container_ssh_port) continue;
    const std::string key = "targets." + name + ".jupyter.port";
    faults.add(spot_of(places, key), key,
               "helper's own SSH server listens at port " + std::to_string(k_container_ssh_port) + " of the container",
               "choose another port, for example 8888");
  }
}

}  // namespace

void validate(const Config& config, const Places& places, Faults& faults) {
  check_containers(config, places, faults);
  check_local_ports(config, places, faults);
  check_jupyter_ports(config, places, faults);
}

}  // namespace helper::config
