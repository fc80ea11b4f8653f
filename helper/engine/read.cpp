#include "engine/read.hpp"

#include "base/command.hpp"
#include "base/text.hpp"
#include "engine/json_member.hpp"
#include "engine/read_settings.hpp"
#include "plan/our_names.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace helper::engine {
namespace {

using nlohmann::json;

constexpr const char* k_group_fix =
    "on the server: sudo usermod -aG docker \"$USER\"; then, for a new login: helper rpc shutdown && helper ensure";

// What a program of the engine's name prints before its answer, such as a greeting of a wrapper, is left out.
std::string_view from_json(std::string_view text) {
  while (!text.empty() && text.front() != '{' && text.front() != '[') {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text;
}

Result<json> parse_object(std::string_view text, const char* what) {
  json value = json::parse(from_json(text), nullptr, false);
  // Podman gives a list of one where the format is no more than {{json .}}.
  if (value.is_array() && value.size() == 1) value = json(value.front());
  if (!value.is_object())
    return fail(ErrorCode::engine_failed, what, "the engine's answer is not the JSON object that was asked for",
                "on the server, look at what the engine's program prints: docker info --format '{{json .}}'");
  return value;
}

// The member at a path, or null: the engines leave fields out freely.
const json& at(const json& value, std::initializer_list<const char*> path) {
  static const json k_null;
  const json* here = &value;
  for (const char* name : path) {
    if (!here->is_object()) return k_null;
    const auto member = here->find(name);
    if (member == here->end()) return k_null;
    here = &*member;
  }
  return *here;
}

std::string text_at(const json& value, std::initializer_list<const char*> path) {
  const json& member = at(value, path);
  return member.is_string() ? member.get<std::string>() : std::string();
}

int number_at(const json& value, std::initializer_list<const char*> path) {
  const json& member = at(value, path);
  return member.is_number_integer() ? member.get<int>() : 0;
}

std::uint16_t read_port(std::string_view text) {
  std::uint16_t port = 0;
  std::from_chars(text.data(), text.data() + text.size(), port);
  return port;
}

// NetworkSettings.Ports: {"22/tcp": [{"HostIp": "127.0.0.1", "HostPort": "49153"}], "80/tcp": null}.
std::map<std::uint16_t, Endpoint> read_published(const json& ports) {
  std::map<std::uint16_t, Endpoint> published;
  if (!ports.is_object()) return published;
  for (const auto& [key, bindings] : ports.items()) {
    if (!key.ends_with("/tcp") || !bindings.is_array()) continue;
    for (const auto& binding : bindings) {
      const std::uint16_t host_port = read_port(text_at(binding, {"HostPort"}));
      const std::string host_ip = text_at(binding, {"HostIp"});
      const std::uint16_t container_port = read_port(key);
      if (host_port == 0 || container_port == 0 || host_ip.find(':') != std::string::npos) continue;
      const bool any = host_ip.empty() || host_ip == "0.0.0.0";
      published.try_emplace(container_port, Endpoint{any ? "127.0.0.1" : host_ip, host_port});
    }
  }
  return published;
}

std::string read_address(const json& inspect) {
  if (auto address = text_at(inspect, {"NetworkSettings", "IPAddress"}); !address.empty()) return address;
  const json& networks = at(inspect, {"NetworkSettings", "Networks"});
  if (networks.is_object()) {
    for (const auto& network : networks) {
      if (auto address = text_at(network, {"IPAddress"}); !address.empty()) return address;
    }
  }
  return {};
}

void read_mounts(const json& mounts, plan::Container& container) {
  if (!mounts.is_array()) return;
  for (const auto& mount : mounts) {
    const std::string place = text_at(mount, {"Destination"});
    const std::string name = text_at(mount, {"Name"});
    if (place == plan::k_bundle_folder) container.bundle_volume = name;
    if (place.empty()) continue;
    const std::string type = text_at(mount, {"Type"});
    const auto kind = type == "volume"  ? plan::Mount::Kind::volume
                      : type == "tmpfs" ? plan::Mount::Kind::memory
                                        : plan::Mount::Kind::server_folder;
    const auto& writable = at(mount, {"RW"});
    container.mounts.push_back({place, kind, kind == plan::Mount::Kind::volume ? name : text_at(mount, {"Source"}),
                                writable.is_boolean() && !writable.get<bool>()});
  }
}

// HostConfig.Tmpfs: {"/run": "size=64m"}; Mounts does not list what --tmpfs made.
void read_tmpfs(const json& tmpfs, plan::Container& container) {
  if (!tmpfs.is_object()) return;
  for (const auto& [place, options] : tmpfs.items()) container.mounts.push_back({place, plan::Mount::Kind::memory, {}});
}

plan::GpuWay read_gpu_way(const json& inspect) {
  const json& requests = at(inspect, {"HostConfig", "DeviceRequests"});
  if (requests.is_array() && !requests.empty())
    return text_at(requests.front(), {"Driver"}) == "cdi" ? plan::GpuWay::cdi : plan::GpuWay::gpus_flag;
  // Podman shows such devices nowhere but in the command line that it keeps.
  for (const auto& word : texts(at(inspect, {"Config", "CreateCommand"}))) {
    if (word.find("nvidia.com/gpu=") != std::string::npos) return plan::GpuWay::cdi;
  }
  const std::string runtime = text_at(inspect, {"HostConfig", "Runtime"});
  return runtime == "nvidia" ? plan::GpuWay::runtime : plan::GpuWay::none;
}

// 0 for what is no number.
std::int64_t amount(const json& value) { return value.is_number_integer() ? value.get<std::int64_t>() : 0; }

// `podman info` (libpod's define.Info): CDI came with Podman 4.1.
void read_podman(const json& info, plan::Engine& engine) {
  engine.kind = plan::EngineKind::podman;
  engine.version = text_at(info, {"version", "Version"});
  if (auto runtime = text_at(info, {"host", "ociRuntime", "name"}); !runtime.empty())
    engine.runtimes.push_back(std::move(runtime));
  const json& rootless = at(info, {"host", "security", "rootless"});
  engine.rootless = rootless.is_boolean() && rootless.get<bool>();
  engine.cdi = true;
  engine.cpus = amount(at(info, {"host", "cpus"}));
  engine.memory = amount(at(info, {"host", "memTotal"}));
}

bool contains(std::string_view text, std::string_view word) {
  const auto same_letter = [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same_letter) != text.end();
}

constexpr const char* k_start_rootless = "on the server: systemctl --user start docker";

bool is_rootless(std::string_view address) { return contains(address, "/run/user/"); }

bool chose_another(const ChosenDocker& chosen) {
  if (!chosen.host.empty())
    return chosen.host != "unix:///var/run/docker.sock" && chosen.host != "unix:///run/docker.sock";
  return !chosen.context.empty() && chosen.context != "default";
}

// DOCKER_HOST is stronger than a context (docker(1)).
std::string fix_of_choice(const ChosenDocker& chosen, std::string_view text, bool is_down) {
  const bool by_host = !chosen.host.empty();
  const std::string other =
      by_host || chosen.context_is_set
          ? remove_variable(by_host ? "DOCKER_HOST" : "DOCKER_CONTEXT")
          : std::string("to use the server's own Docker, on the server: docker context use default");
  if (!is_down) return other;
  const bool rootless = is_rootless(chosen.host) || is_rootless(text);
  return (rootless ? std::string(k_start_rootless) : std::string("start that Docker")) + "; or " + other;
}

// Of the engine's socket: the account lacks a group. Another "permission denied", of a key of ssh or of a file, is not
// cured by that.
bool is_refused(std::string_view text) {
  return contains(text, "permission denied") &&
         (contains(text, "docker daemon") || contains(text, "docker api") || contains(text, "dial unix"));
}

}  // namespace

std::string remove_variable(const std::string& name) {
  return "remove " + name + " from the account's start files; to find it, on the server: grep -n " + name +
         " ~/.bashrc ~/.profile ~/.bash_profile ~/.zshenv ~/.ssh/environment /etc/environment";
}

plan::ContainerState read_state(std::string_view status) {
  using plan::ContainerState;
  constexpr std::array<std::pair<std::string_view, ContainerState>, 7> k_states{
      {{"created", ContainerState::created},
       {"running", ContainerState::running},
       {"paused", ContainerState::paused},
       {"restarting", ContainerState::restarting},
       {"removing", ContainerState::removing},
       {"exited", ContainerState::exited},
       {"dead", ContainerState::dead}}};
  const auto* row = std::ranges::find(k_states, status, &std::pair<std::string_view, ContainerState>::first);
  return row == k_states.end() ? ContainerState::dead : row->second;
}

Result<plan::Container> read_container(std::string_view text) {
  HELPER_TRY_ASSIGN(const json inspect, parse_object(text, "container"));
  plan::Container container;
  container.id = text_at(inspect, {"Id"});
  const std::string status = text_at(inspect, {"State", "Status"});
  if (container.id.empty() || status.empty()) {
    return fail(ErrorCode::engine_failed, "container", "the engine's answer has no Id or no State.Status");
  }
  container.state = read_state(status);
  container.image = text_at(inspect, {"Config", "Image"});
  container.started_at = text_at(inspect, {"State", "StartedAt"});
  container.ever_started = !container.started_at.empty() && !container.started_at.starts_with("0001-");
  container.exit_code = number_at(inspect, {"State", "ExitCode"});
  container.error = text_at(inspect, {"State", "Error"});
  container.gpu_way = read_gpu_way(inspect);
  container.runtime = text_at(inspect, {"HostConfig", "Runtime"});
  const json& labels = at(inspect, {"Config", "Labels"});
  if (labels.is_object()) {
    for (const auto& [name, value] : labels.items()) {
      if (value.is_string()) container.labels.emplace(name, value.get<std::string>());
    }
  }
  if (const auto applied = container.labels.find(plan::k_label_applied); applied != container.labels.end())
    container.applied = read_applied(applied->second);
  container.settings = read_settings(inspect);
  container.image_id = text_at(inspect, {"Image"});
  container.ways.published = read_published(at(inspect, {"NetworkSettings", "Ports"}));
  container.ways.address = read_address(inspect);
  container.ways.shares_network = text_at(inspect, {"HostConfig", "NetworkMode"}) == "host";
  container.env = texts(at(inspect, {"Config", "Env"}));
  const json& auto_remove = at(inspect, {"HostConfig", "AutoRemove"});
  container.auto_remove = auto_remove.is_boolean() && auto_remove.get<bool>();
  read_mounts(at(inspect, {"Mounts"}), container);
  read_tmpfs(at(inspect, {"HostConfig", "Tmpfs"}), container);
  return container;
}

Result<plan::Image> read_image(std::string_view text) {
  HELPER_TRY_ASSIGN(const json inspect, parse_object(text, "image"));
  plan::Image image{text_at(inspect, {"Id"}), texts(at(inspect, {"Config", "Entrypoint"})),
                    texts(at(inspect, {"Config", "Cmd"})), text_at(inspect, {"Config", "Labels", plan::k_label_build})};
  if (image.id.empty()) return fail(ErrorCode::engine_failed, "image", "the engine's answer has no Id");
  return image;
}

Result<plan::Engine> read_engine(std::string_view text, std::string_view program) {
  HELPER_TRY_ASSIGN(const json info, parse_object(text, "engine"));
  if (const auto errors = texts(at(info, {"ServerErrors"})); !errors.empty())
    return fail(engine_trouble(errors.front(), program));
  plan::Engine engine;
  engine.program = program;
  if (at(info, {"host"}).is_object()) {
    read_podman(info, engine);
    return engine;
  }
  engine.version = text_at(info, {"ServerVersion"});
  if (engine.version.empty())
    return fail(ErrorCode::engine_down, "engine", "docker info names no server version",
                "on the server: sudo systemctl start docker");
  const json& runtimes = at(info, {"Runtimes"});
  if (runtimes.is_object()) {
    for (const auto& [name, ignored] : runtimes.items()) engine.runtimes.push_back(name);
  }
  engine.rootless = std::ranges::any_of(texts(at(info, {"SecurityOptions"})),
                                        [](const std::string& option) { return option == "name=rootless"; });
  engine.cdi = !texts(at(info, {"CDISpecDirs"})).empty();
  engine.cpus = amount(at(info, {"NCPU"}));
  engine.memory = amount(at(info, {"MemTotal"}));
  return engine;
}

std::optional<plan::EngineBuild> read_engine_build(std::string_view text) {
  const auto info = parse_object(text, "engine");
  if (!info || text_at(*info, {"ServerVersion"}).empty()) return std::nullopt;
  plan::EngineBuild build;
  build.version = text_at(*info, {"ServerVersion"});
  build.client_version = text_at(*info, {"ClientInfo", "Version"});
  build.client_maker = text_at(*info, {"ClientInfo", "Platform", "Name"});
  build.runc = text_at(*info, {"RuncCommit", "ID"});
  build.firewall = text_at(*info, {"FirewallBackend", "Driver"});
  build.has_authorization = !texts(at(*info, {"Plugins", "Authorization"})).empty();
  return build;
}

// "NVIDIA Container Toolkit CLI version 1.17.8", and on the next line "commit: " with what it was built from.
std::optional<plan::Toolkit> read_toolkit(std::string_view text) {
  constexpr std::string_view k_version = " version ";
  constexpr std::string_view k_commit = "commit: ";
  plan::Toolkit toolkit;
  for (const auto& line : split(text, '\n')) {
    if (const auto at = line.find(k_version); line.starts_with("NVIDIA Container Toolkit") && at != std::string::npos)
      toolkit.version = trimmed(line.substr(at + k_version.size()));
    if (line.starts_with(k_commit)) toolkit.commit = trimmed(line.substr(k_commit.size()));
  }
  if (toolkit.version.empty() || !is_printable(toolkit.version)) return std::nullopt;
  return toolkit;
}

Error engine_trouble(std::string_view text, std::string_view program, const ChosenDocker& chosen) {
  if (const json info = json::parse(text, nullptr, false); info.is_object()) {
    const auto errors = texts(at(info, {"ServerErrors"}));
    return engine_trouble(errors.empty() ? std::string() : errors.front(), program, chosen);
  }
  const std::string words = failure_words(text);
  if (program == "podman") {
    return {ErrorCode::engine_failed, "engine", words.empty() ? "podman info failed and printed nothing" : words,
            "on the server, look at: podman info"};
  }
  if (is_refused(text) && !chose_another(chosen))
    return {ErrorCode::engine_permission, "engine", "this user may not use Docker: " + words, k_group_fix};
  constexpr std::array<std::string_view, 7> k_silent{"cannot connect",     "is the docker daemon running",
                                                     "connection refused", "error during connect",
                                                     "i/o timeout",        "no such host",
                                                     "no route to host"};
  const bool is_down = std::ranges::any_of(k_silent, [&](std::string_view sign) { return contains(text, sign); });
  const ErrorCode code = is_down ? ErrorCode::engine_down : ErrorCode::engine_failed;
  const std::string said = words.empty() ? "docker info failed and printed nothing" : words;
  if (chose_another(chosen)) {
    const std::string choice = chosen.host.empty() ? "the docker context \"" + printable(chosen.context) + "\""
                                                   : "DOCKER_HOST=" + printable(chosen.host);
    return {code, "engine", "the account on the server uses " + choice + ", and no Docker answers there: " + said,
            fix_of_choice(chosen, text, is_down)};
  }
  if (is_down) {
    return {code, "engine", "Docker is installed but its daemon does not answer: " + words,
            is_rootless(text) ? k_start_rootless : "on the server: sudo systemctl start docker"};
  }
  return {code, "engine", said, "on the server, look at: docker info"};
}

}  // namespace helper::engine
