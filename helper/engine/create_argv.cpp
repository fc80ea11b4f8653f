#include "engine/create_argv.hpp"

#include "engine/read_settings.hpp"
#include "plan/gpu_makers.hpp"
#include "plan/our_names.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>
namespace helper::engine {
namespace {

void add(Argv& argv, std::initializer_list<std::string> words) { argv.insert(argv.end(), words); }

constexpr std::string_view k_by_device = "device=";

bool is_count(std::string_view gpus) {
  return !gpus.empty() && gpus.size() <= 3 &&
         std::ranges::all_of(gpus, [](unsigned char c) { return std::isdigit(c) != 0; });
}

// Indices and UUIDs without the "device=" that tells the index 0 from a count of none.
std::string devices(const std::string& gpus) {
  return gpus.starts_with(k_by_device) ? gpus.substr(k_by_device.size()) : gpus;
}

// `--gpus` reads a CSV record: several devices need quotes within the argument ('"device=0,1"').
std::string gpus_value(const std::string& gpus) {
  if (gpus == "all" || is_count(gpus)) return gpus;
  return "\"" + std::string(k_by_device) + devices(gpus) + "\"";
}

// The nvidia runtime takes its list from the environment. A bare count has no form there: the first N are named.
std::string visible_devices(const std::string& gpus) {
  if (!is_count(gpus)) return devices(gpus);
  std::string list;
  for (int i = 0; i < std::stoi(gpus); ++i) list += (i == 0 ? "" : ",") + std::to_string(i);
  return list;
}

std::string limit_text(std::int64_t value) { return std::to_string(value); }

// "8080:80" publishes on 127.0.0.1; an address that is written out is the person's own choice.
std::string loopback_unless_said(const std::string& port) {
  const auto colons = std::ranges::count(port, ':');
  if (colons == 0) return "127.0.0.1::" + port;
  return colons == 1 ? "127.0.0.1:" + port : port;
}

// CDI names each device by its index or UUID, and all of them by "all" (nvidia-ctk's naming).
void add_cdi_devices(Argv& argv, const std::string& gpus) {
  std::string_view names = "all";
  const std::string list = visible_devices(gpus);
  if (gpus != "all") names = list;
  while (!names.empty()) {
    const auto comma = std::min(names.find(','), names.size());
    add(argv, {"--device", "nvidia.com/gpu=" + std::string(names.substr(0, comma))});
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
}

void add_gpus(Argv& argv, const config::ContainerConfig& container, const plan::CreateContainer& action) {
  if (action.gpu_way == plan::GpuWay::cdi) add_cdi_devices(argv, container.gpus);
  if (action.gpu_way == plan::GpuWay::gpus_flag) add(argv, {"--gpus", gpus_value(container.gpus)});
  if (const auto* maker = plan::gpu_maker(container.gpus);
      maker != nullptr && action.gpu_way == plan::GpuWay::devices) {
    for (const auto device : maker->devices) {
      const bool is_given = std::ranges::any_of(
          container.extra_args, [&](const std::string& word) { return word.find(device) != std::string::npos; });
      if (!is_given) add(argv, {"--device", std::string(device)});
    }
  }
  if (action.gpu_way != plan::GpuWay::runtime) return;
  add(argv, {"--runtime", action.gpu_runtime});
  // Without these the runtime does nothing for an image that does not set them itself.
  if (!container.env.contains("NVIDIA_VISIBLE_DEVICES"))
    add(argv, {"--env", "NVIDIA_VISIBLE_DEVICES=" + visible_devices(container.gpus)});
  if (!container.env.contains("NVIDIA_DRIVER_CAPABILITIES"))
    add(argv, {"--env", "NVIDIA_DRIVER_CAPABILITIES=compute,utility"});
}

// Whose network the container is in.
enum class Network { own, server, another };

Network network_of(std::string_view flag, std::string_view value) {
  if (flag == "--pod") return Network::another;
  if (flag != "--network" && flag != "--net") return Network::own;  // "--ipc host" is something else
  if (value == "host") return Network::server;
  return value.starts_with("container:") || value.starts_with("ns:") ? Network::another : Network::own;
}

Network network_of(const std::vector<std::string>& extra_args) {
  std::string_view before;
  for (const std::string_view arg : extra_args) {
    const auto equals = arg.find('=');
    const bool is_whole = arg.starts_with("--") && equals != std::string_view::npos;
    const Network network =
        is_whole ? network_of(arg.substr(0, equals), arg.substr(equals + 1)) : network_of(before, arg);
    if (network != Network::own) return network;
    before = arg;
  }
  return Network::own;
}

// In another container's network the engine publishes nothing, and refuses to be asked; the ports of helper's own
// tunnels are reached otherwise (inside/ways). Those that the person wants are the engine's to refuse.
void add_ports(Argv& argv, const plan::Desired& desired) {
  const Network network = network_of(desired.target.container.extra_args);
  if (network == Network::server) return;
  std::vector<std::uint16_t> published;
  for (const auto& tunnel : desired.tunnels) {
    const bool is_new = std::ranges::find(published, tunnel.container_port) == published.end();
    if (network != Network::own || !is_new) continue;
    published.push_back(tunnel.container_port);
    add(argv, {"--publish", "127.0.0.1::" + std::to_string(tunnel.container_port)});
  }
  for (const auto& port : desired.target.container.ports) add(argv, {"--publish", loopback_unless_said(port)});
}

bool fits_env_file(const std::string& value) { return value.find_first_of("\r\n") == std::string::npos; }

// As printf's %b reads it.
std::string on_one_line(const std::string& value) {
  std::string line;
  for (const char c : value) {
    if (c == '\\') {
      line += "\\\\";
    } else if (c == '\n') {
      line += "\\n";
    } else if (c == '\r') {
      line += "\\r";
    } else {
      line += c;
    }
  }
  return line;
}

}  // namespace

std::string env_exports(const config::ContainerConfig& container) {
  std::string script;
  for (const auto& [name, value] : container.env) {
    if (fits_env_file(value)) continue;
    // The dot keeps $(...) from removing line ends.
    script += "IFS= read -r helper_value; " + name + "=$(printf '%b.' \"$helper_value\"); export " + name + "=\"${" +
              name + "%.}\"\n";
  }
  return script;
}

std::string env_input(const config::ContainerConfig& container) {
  std::string text;
  for (const auto& [name, value] : container.env) {
    if (!fits_env_file(value)) text += on_one_line(value) + "\n";
  }
  return text + env_file(container);
}

std::string env_file(const config::ContainerConfig& container) {
  std::string text;
  for (const auto& [name, value] : container.env) {
    if (fits_env_file(value)) text += name + "=" + value + "\n";
  }
  return text;
}

Argv create_argv(const EngineCli& cli, const plan::Desired& desired, const plan::CreateContainer& action) {
  const auto& container = desired.target.container;
  Argv argv = cli.argv({"create", "--name", action.name});
  add(argv, {"--label", std::string(plan::k_label_target) + "=" + desired.target.name});
  add(argv, {"--label", std::string(plan::k_label_spec) + "=" + desired.spec_hash});
  add(argv, {"--label", std::string(plan::k_label_applied) + "=" + applied_label(desired.fields)});
  if (!action.record.nonce.empty())
    add(argv, {"--label", std::string(plan::k_label_nonce) + "=" + action.record.nonce});
  if (!container.restart.empty()) add(argv, {"--restart", container.restart});
  if (!container.hostname.empty()) add(argv, {"--hostname", container.hostname});
  add_gpus(argv, container, action);
  if (!container.shm_size.empty()) add(argv, {"--shm-size", container.shm_size});
  for (const auto& [name, limit] : container.ulimits) {
    add(argv, {"--ulimit", name + "=" + limit_text(limit.soft) + ":" + limit_text(limit.hard)});
  }
  if (container.privileged) add(argv, {"--privileged"});
  for (const auto& mount : container.mounts) add(argv, {"--volume", mount});
  for (const auto& folder : action.own_folders) add(argv, {"--tmpfs", folder + ":rw,exec,mode=755,size=64m"});
  if (!action.bundle_volume.empty())
    add(argv, {"--volume", action.bundle_volume + ":" + plan::k_bundle_folder + ":ro"});
  if (desired.target.ide.backend_cache)
    add(argv, {"--volume", plan::backend_cache_volume(container.name) + ":" + plan::k_backend_cache});
  if (!env_file(container).empty()) add(argv, {"--env-file", "/dev/stdin"});
  for (const auto& [name, value] : container.env) {
    if (!fits_env_file(value)) add(argv, {"--env", name});
  }
  add_ports(argv, desired);
  argv.insert(argv.end(), container.extra_args.begin(), container.extra_args.end());
  add(argv, {"--", action.image});
  if (action.command) argv.insert(argv.end(), action.command->begin(), action.command->end());
  return argv;
}

}  // namespace helper::engine
