#include "config/validate.hpp"

#include "config/config.hpp"

#include <tuple>
#include <utility>
#include <vector>

namespace helper::config {
namespace {

int line_of(const Places& places, std::string path) {
  for (;;) {
    if (const auto place = places.find(path); place != places.end()) return place->second;
    const std::size_t dot = path.find_last_of(".[");
    if (dot == std::string::npos) return 1;
    path.resize(dot);
  }
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

Result<void> check_local_ports(const Config& config, const Places& places) {
  UsedPorts every;
  for (const auto& [name, target] : config.targets) {
    for (const auto& [port, path] : local_ports(target)) every.emplace(port, path);
  }
  UsedPorts used;
  for (const auto& [name, target] : config.targets) {
    for (const auto& [port, path] : local_ports(target)) {
      const auto [first, fresh] = used.emplace(port, path);
      if (fresh) continue;
      return fail(ErrorCode::config_invalid, thing_at(config.file, places, path),
                  "local port " + std::to_string(port) + " is also that of " + first->second + " (line " +
                      std::to_string(line_of(places, first->second)) + ")",
                  "give one of the two another local port" + free_port_near(every, port));
    }
  }
  return {};
}

Result<void> check_containers(const Config& config, const Places& places) {
  std::map<std::tuple<std::string, std::string>, std::string> seen;
  for (const auto& [name, target] : config.targets) {
    const auto [first, fresh] = seen.emplace(std::tuple(target.server, target.container.name), name);
    if (fresh) continue;
    return fail(ErrorCode::config_invalid, thing_at(config.file, places, "targets." + name + ".container.name"),
                "container " + target.container.name + " on server " + target.server + " is also that of targets." +
                    first->second + " (line " +
                    std::to_string(line_of(places, "targets." + first->second + ".container.name")) + ")",
                "give one of the two another container name, or remove one of the targets");
  }
  return {};
}

Result<void> check_jupyter_ports(const Config& config, const Places& places) {
  for (const auto& [name, target] : config.targets) {
    if (!target.jupyter || target.jupyter->port != k_container_ssh_port) continue;
    return fail(ErrorCode::config_invalid, thing_at(config.file, places, "targets." + name + ".jupyter.port"),
                "helper's own SSH server listens at port " + std::to_string(k_container_ssh_port) + " of the container",
                "choose another port, for example 8888");
  }
  return {};
}

}  // namespace

std::string thing_at(const std::filesystem::path& file, int line, const std::string& path) {
  return file.filename().string() + ":" + std::to_string(line) + ": " + path;
}

std::string thing_at(const std::filesystem::path& file, const Places& places, const std::string& path) {
  return thing_at(file, line_of(places, path), path);
}

Result<void> validate(const Config& config, const Places& places) {
  HELPER_TRY(check_containers(config, places));
  HELPER_TRY(check_local_ports(config, places));
  HELPER_TRY(check_jupyter_ports(config, places));
  return {};
}

}  // namespace helper::config
