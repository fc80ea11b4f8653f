#include "plan/desired.hpp"

#include "base/digest.hpp"
#include "plan/fields.hpp"

namespace helper::plan {
namespace {

std::string fingerprint(const config::ContainerConfig& container, const std::vector<DesiredTunnel>& tunnels,
                        bool backend_cache, bool with_values) {
  Fingerprint fingerprint;
  for (const auto& text : {container.image, container.hostname, container.gpus, container.runtime, container.shm_size,
                           container.restart}) {
    fingerprint.add(text);
  }
  fingerprint.add(container.privileged ? "privileged" : "");
  if (container.share) fingerprint.add("share");
  fingerprint.add(
      std::to_string(container.ulimits.size()));  // lengths keep one list's end apart from the next one's start
  for (const auto& [name, limit] : container.ulimits)
    fingerprint.add(name + "=" + std::to_string(limit.soft) + ":" + std::to_string(limit.hard));
  fingerprint.add(std::to_string(container.env.size()));
  for (const auto& [name, value] : container.env) fingerprint.add(with_values ? name + "=" + value : name);
  fingerprint.add(container.command ? "command" : "");
  const std::vector<std::string> no_command;
  for (const auto* list : {&container.mounts, &container.ports, &container.extra_args,
                           container.command ? &*container.command : &no_command}) {
    fingerprint.add(std::to_string(list->size()));
    for (const auto& text : *list) fingerprint.add(text);
  }
  for (const auto& tunnel : tunnels) fingerprint.add(std::to_string(tunnel.container_port));
  if (backend_cache) fingerprint.add("backend_cache");
  return fingerprint.hex();
}

std::vector<DesiredTunnel> tunnels_of(const config::Target& target) {
  std::vector<DesiredTunnel> tunnels{{"ssh", target.ssh.local_port, k_container_ssh_port}};
  if (target.jupyter) tunnels.push_back({"jupyter", target.jupyter->local_port, target.jupyter->port});
  for (const auto& pair : target.forwards)
    tunnels.push_back({"port " + std::to_string(pair.container), pair.local, pair.container});
  return tunnels;
}

}  // namespace

Desired desired_state(const config::Target& target, Power power) {
  auto tunnels = tunnels_of(target);
  auto hash = fingerprint(target.container, tunnels, target.ide.backend_cache, false);
  auto older_hash = fingerprint(target.container, tunnels, target.ide.backend_cache, true);
  return {target, power, std::move(tunnels), fields_of(target), std::move(hash), std::move(older_hash)};
}

std::string backend_cache_volume(const std::string& container) { return "helper-" + container + "-jetbrains"; }

std::string to_text(Power power) {
  switch (power) {
    case Power::running:
      return "running";
    case Power::stopped:
      return "stopped";
    case Power::ejected:
      return "ejected";
    case Power::absent:
      break;
  }
  return "absent";
}

}  // namespace helper::plan
