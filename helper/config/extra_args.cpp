#include "config/extra_args.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace helper::config {

namespace {

struct TakenFlag {
  std::string_view flag;  // long form
  char letter;            // short form; '\0' when it has none
  std::string_view instead;
};

constexpr std::string_view k_detached = "remove it: helper always runs the container in the background";
constexpr std::array k_taken{
    TakenFlag{"--name", '\0', "use the key container.name"},
    TakenFlag{"--hostname", 'h', "use the key container.hostname"},
    TakenFlag{"--gpus", '\0', "use the key container.gpus"},
    TakenFlag{"--runtime", '\0', "use the key container.runtime"},
    TakenFlag{"--shm-size", '\0', "use the key container.shm_size"},
    TakenFlag{"--ulimit", '\0', "use the key container.ulimits"},
    TakenFlag{"--privileged", '\0', "use the key container.privileged"},
    TakenFlag{"--publish", 'p', "use the key container.ports, or forwards for a tunnel"},
    TakenFlag{"--publish-all", 'P', "use the key container.ports, or forwards for a tunnel"},
    TakenFlag{"--env", 'e', "use the key container.env"},
    TakenFlag{"--restart", '\0', "use the key container.restart"},
    TakenFlag{"--detach", 'd', k_detached},
    TakenFlag{"--interactive", 'i', k_detached},
    TakenFlag{"--tty", 't', k_detached},
    TakenFlag{"--rm", '\0', "remove it: the container outlives its stop; `helper remove` removes it"},
    TakenFlag{"--cidfile", '\0', "remove it: helper finds the container by its name"},
};

// Options of the engine's client itself: they would choose another engine, or another store of it, than the one that
// helper asks and looks at (docker(1), podman(1)).
constexpr std::array<std::string_view, 16> k_of_the_client{
    "--host",    "--context", "--config",    "--connection", "--url", "--identity",  "--remote",    "--root",
    "--runroot", "--module",  "--log-level", "--debug",      "--tls", "--tlscacert", "--tlsverify", "--storage-driver"};
constexpr std::array<std::string_view, 2> k_short_of_the_client{"-H", "-D"};

bool is_of_the_client(std::string_view word) {
  const std::string_view flag = word.substr(0, word.find('='));
  if (std::ranges::find(k_of_the_client, flag) != k_of_the_client.end()) return true;
  return !word.starts_with("--") &&
         std::ranges::find(k_short_of_the_client, word.substr(0, 2)) != k_short_of_the_client.end();
}

// The flag of ours that `word` is the beginning of. The engines take whole names only.
const TakenFlag* shortened(std::string_view word) {
  const std::string_view flag = word.substr(0, word.find('='));
  if (flag.size() < 4 || !flag.starts_with("--")) return nullptr;
  const auto* row = std::ranges::find_if(k_taken, [&](const TakenFlag& t) { return t.flag.starts_with(flag); });
  return row == k_taken.end() ? nullptr : row;
}

constexpr std::string_view k_our_labels = "io.helper.";

const TakenFlag* taken(std::string_view word) {
  const bool is_long = word.starts_with("--");
  const std::string_view flag = word.substr(0, word.find('='));
  const auto* row = std::ranges::find_if(k_taken, [&](const TakenFlag& t) {
    if (is_long) return t.flag == flag;
    return word.size() > 1 && word.front() == '-' && t.letter != '\0' && word[1] == t.letter;
  });
  return row == k_taken.end() ? nullptr : row;
}

// The value of a label flag that `word` begins or is: "" when it is none.
std::string_view label_of(std::string_view word, std::string_view before) {
  if (word.starts_with("--label=")) return word.substr(8);
  if (word.starts_with("-l") && word.size() > 2) return word.substr(word[2] == '=' ? 3 : 2);
  return before == "--label" || before == "-l" ? word : std::string_view();
}

std::optional<Flaw> check(std::string_view word, std::string_view before, bool value_may_follow) {
  const std::string shown = "\"" + printable(word) + "\" ";
  if (label_of(word, before).starts_with(k_our_labels)) {
    return Flaw{shown + "sets a label that helper keeps for itself",
                "choose a name that does not begin with \"io.helper.\""};
  }
  if (word == "-" || word == "--")
    return Flaw{shown + "would end the flags, and what follows would be taken for the image", "remove it"};
  if (!word.starts_with('-')) {
    if (value_may_follow) return std::nullopt;
    return Flaw{shown + "follows no flag, and the engine would take it for the image",
                "write each flag and its value as \"--flag=value\", or as two entries"};
  }
  if (const TakenFlag* flag = taken(word))
    return Flaw{shown + "is not for extra_args: helper decides it", std::string(flag->instead)};
  if (is_of_the_client(word))
    return Flaw{shown + "is an option of the engine's client, and none of a container",
                "remove it: the keys server and engine say which engine makes the container"};
  if (const TakenFlag* flag = shortened(word)) {
    return Flaw{shown + "is not an option: the engine takes no short form of " + std::string(flag->flag),
                std::string(flag->instead)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<BadArgument> check_extra_args(const std::vector<std::string>& args) {
  std::string_view before;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string_view word = args[i];
    const bool value_may_follow = before.starts_with('-') && before.find('=') == std::string_view::npos;
    if (auto flaw = check(word, before, value_may_follow)) return BadArgument{i, std::move(*flaw)};
    before = word;
  }
  return std::nullopt;
}

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

// "type=bind,source=/a,target=/b"; a field with a comma in it is in quotes, as in CSV.
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
