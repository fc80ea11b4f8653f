#include "cli/init_offers.hpp"

#include "base/text.hpp"
#include "config/find.hpp"
#include "config/parse.hpp"
#include "ensure/trust_book.hpp"
#include "plan/our_names.hpp"
#include "ssh/host_config.hpp"

#include <algorithm>

namespace helper::cli {
namespace {

constexpr Milliseconds k_images_limit{6'000};
constexpr std::size_t k_most_images = 8;
constexpr const char* k_list_images =
    "docker image ls --format '{{.Repository}}:{{.Tag}}' 2>/dev/null || podman image ls --format "
    "'{{.Repository}}:{{.Tag}}'";

std::vector<std::string> images_of(Context& context, const std::string& server) {
  if (!context.process || server.starts_with('-')) return {};
  const std::string script =
      server == "local" ? std::string(k_list_images)
                        : ssh::ssh_by_hand(server, {"-o", "BatchMode=yes", "-o", "ConnectTimeout=4"}, k_list_images);
  ProcessSpec spec;
  spec.argv = {"sh", "-c", script};
  spec.timeout = k_images_limit;
  const auto output = context.process(spec, {});
  if (!output || output->exit_status != 0) return {};
  std::vector<std::string> images;
  for (const std::string& line : split(output->out, '\n')) {
    if (line.empty() || line.find("<none>") != std::string::npos || !is_printable(line)) continue;
    if (line.starts_with(std::string(plan::k_keeper_image) + ":")) continue;
    images.push_back(line);
    if (images.size() == k_most_images) break;
  }
  return images;
}

std::vector<std::uint16_t> ports_of_known(Context& context, const Paths& paths) {
  std::vector<std::uint16_t> ports;
  ensure::TrustBook book(paths, context.files, context.clock);
  const auto list = book.list();
  if (!list) return ports;
  for (const auto& entry : list->entries) {
    const auto config = config::load_config(context.files, entry.config_file, config::environment_variable);
    if (!config) continue;
    std::ranges::copy(local_ports(*config), std::back_inserter(ports));
  }
  return ports;
}

}  // namespace

std::vector<std::string> hosts_in(std::string_view ssh_config) {
  std::vector<std::string> hosts;
  for (const std::string& line : split(ssh_config, '\n')) {
    std::string plain = line;
    for (char& c : plain) {
      if (c == '\t' || c == '\r' || c == '"' || c == '=') c = ' ';
    }
    bool is_host = false;
    bool is_first = true;
    for (const std::string& word : split(plain, ' ')) {
      if (word.empty()) continue;
      if (word.starts_with('#')) break;
      if (is_first) {
        is_first = false;
        is_host = lower_case(word) == "host";
        if (!is_host) break;
        continue;
      }
      const bool is_pattern = word.find_first_of("*?!") != std::string::npos;
      if (!is_pattern && is_printable(word) && std::ranges::find(hosts, word) == hosts.end()) hosts.push_back(word);
    }
  }
  return hosts;
}

std::vector<std::uint16_t> local_ports(const config::Config& config) {
  std::vector<std::uint16_t> ports;
  for (const auto& [name, target] : config.targets) {
    ports.push_back(target.ssh.local_port);
    if (target.jupyter) ports.push_back(target.jupyter->local_port);
    for (const auto& pair : target.forwards) ports.push_back(pair.local);
  }
  std::erase(ports, 0);  // "auto"
  return ports;
}

InitOffers init_offers(Context& context, const Paths& paths, const config::Config* existing) {
  InitOffers offers;
  std::vector<std::uint16_t> claimed = existing != nullptr ? local_ports(*existing) : std::vector<std::uint16_t>{};
  offers.adds = existing != nullptr;
  if (context.can_ask) {
    if (const auto text = context.files.read(std::filesystem::path(paths.home) / ".ssh/config"); text && *text)
      offers.hosts = hosts_in(**text);
    offers.images = [&context](const std::string& server) { return images_of(context, server); };
    std::ranges::copy(ports_of_known(context, paths), std::back_inserter(claimed));
  }
  offers.is_unclaimed = [claimed](std::uint16_t port) { return std::ranges::find(claimed, port) == claimed.end(); };
  return offers;
}

}  // namespace helper::cli
