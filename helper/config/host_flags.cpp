#include "config/host_flags.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace helper::config {
namespace {

// docker-create(1), podman-create(1). Each takes a value.
constexpr std::array<std::string_view, 14> k_opening{
    "--device",   "--device-cgroup-rule", "--security-opt",  "--cap-add", "--volumes-from",
    "--env-file", "--label-file",         "--gidmap",        "--uidmap",  "--cgroup-parent",
    "--rootfs",   "--init-path",          "--volume-driver", "--sysctl"};
constexpr std::array<std::string_view, 8> k_namespaces{"--pid",    "--ipc", "--network",  "--net",
                                                       "--userns", "--uts", "--cgroupns", "--cgroups"};

// A flag with its value, which is the next word unless it is in the same one.
struct Flag {
  std::string_view name;  // "-v" is "--volume"
  std::string_view value;
};

// What follows the dash of a short flag. -q is the one without a value, which another may follow: -qv/:/host.
std::string_view short_flag(std::string_view word) {
  word.remove_prefix(1);
  while (word.size() > 1 && word.front() == 'q') word.remove_prefix(1);
  return word;
}

std::vector<Flag> flags_of(const std::vector<std::string>& args) {
  std::vector<Flag> flags;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string_view word = args[i];
    const std::string_view next = i + 1 < args.size() ? std::string_view(args[i + 1]) : std::string_view();
    if (word.starts_with("--")) {
      const auto equals = word.find('=');
      flags.push_back({word.substr(0, equals), equals == std::string_view::npos ? next : word.substr(equals + 1)});
    } else if (word.starts_with('-')) {
      const std::string_view rest = short_flag(word);
      if (!rest.starts_with('v')) continue;
      const std::string_view value = rest.substr(rest.starts_with("v=") ? 2 : 1);
      flags.push_back({"--volume", value.empty() ? next : value});
    }
  }
  return flags;
}

FlagMount of_volume(std::string_view value) {
  const auto colon = value.find(':');
  if (colon == std::string_view::npos) return {"", std::string(value)};
  const auto rest = value.substr(colon + 1);
  const std::string host(value.substr(0, colon));
  const bool is_path = host.starts_with('/') || host.starts_with('.') || host.starts_with('~');
  return {is_path ? host : std::string(), std::string(rest.substr(0, rest.find(':')))};
}

// "type=bind,source=/a,target=/b"; a field with a comma in it stands in quotes, as in CSV.
FlagMount of_mount(std::string_view record) {
  FlagMount mount;
  std::string text(record);
  std::erase(text, '"');
  std::string_view rest = text;
  const auto after = [](std::string_view field, std::string_view key) -> std::optional<std::string> {
    const auto at = field.find(key);
    if (at == std::string_view::npos) return std::nullopt;
    return std::string(field.substr(at + key.size()));
  };
  while (!rest.empty()) {
    const auto field = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(field.size() + 1, rest.size()));
    for (const std::string_view key : {"target=", "destination=", "dst="}) {
      if (field.starts_with(key)) mount.place = field.substr(key.size());
    }
    for (const std::string_view key : {"source=", "src="}) {
      if (!field.starts_with(key)) continue;
      const auto source = field.substr(key.size());
      if (source.starts_with('/') || source.starts_with('.') || source.starts_with('~')) mount.host = source;
    }
    if (const auto device = after(field, "device="); device && device->starts_with('/')) mount.host = *device;
  }
  return mount;
}

bool is_of_another(std::string_view space) {
  return space == "host" || space.starts_with("host:") || space.starts_with("container:") || space.starts_with("ns:") ||
         space == "disabled";
}

template <class Names>
bool is_one_of(std::string_view name, const Names& names) {
  return std::ranges::find(names, name) != std::end(names);
}

}  // namespace

std::vector<FlagMount> mounts_of_flags(const std::vector<std::string>& args) {
  std::vector<FlagMount> mounts;
  for (const auto& flag : flags_of(args)) {
    if (flag.name == "--volume") mounts.push_back(of_volume(flag.value));
    if (flag.name == "--mount") mounts.push_back(of_mount(flag.value));
  }
  return mounts;
}

bool opens_the_machine(const std::vector<std::string>& args) {
  const auto opens = [](const Flag& flag) {
    return flag.name == "--privileged" || is_one_of(flag.name, k_opening) ||
           (is_one_of(flag.name, k_namespaces) && is_of_another(flag.value));
  };
  return std::ranges::any_of(flags_of(args), opens) ||
         std::ranges::any_of(mounts_of_flags(args), [](const FlagMount& mount) { return !mount.host.empty(); });
}

}  // namespace helper::config
