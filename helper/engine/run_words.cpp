// What an engine reports about a container, as the flags that make a container like it.
#include "base/text.hpp"
#include "engine/describe.hpp"
#include "engine/json_member.hpp"
#include "engine/read.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace helper::engine {
namespace {

using nlohmann::json;

constexpr std::int64_t k_default_shm = 64 << 20;
constexpr std::int64_t k_podman_pids = 2048;  // its default

bool flag(const json& value) { return value.is_boolean() && value.get<bool>(); }

json object_of(std::string_view text) {
  json value = json::parse(text, nullptr, false);
  if (value.is_array() && value.size() == 1) value = json(value.front());
  return value.is_object() ? value : json::object();
}

// 8589934592 -> "8g".
std::string size_text(std::int64_t bytes) {
  constexpr std::array<char, 3> k_units{'k', 'm', 'g'};
  std::string unit;
  for (const char next : k_units) {
    if (bytes % 1024 != 0 || bytes == 0) break;
    bytes /= 1024;
    unit = next;
  }
  return std::to_string(bytes) + unit;
}

bool has(const std::vector<std::string>& list, const std::string& item) {
  return std::ranges::find(list, item) != list.end();
}

bool has_part(const std::vector<std::string>& words, const std::string& part) {
  return std::ranges::any_of(words, [&](const std::string& word) { return word.find(part) != std::string::npos; });
}

class Words {
 public:
  Words(const json& inspect, const json& image)
      : config_(member(inspect, "Config")),
        host_(member(inspect, "HostConfig")),
        image_(member(image, "Config")),
        inspect_(inspect) {}

  std::vector<std::string> all(const plan::Container& container) {
    std::string name = text(member(inspect_, "Name"));
    name.erase(0, name.starts_with('/') ? 1 : 0);
    add("--name", name);
    hostname();
    gpus(container);
    memory(container);
    mounts();
    if (container.settings) {
      for (const auto& port : container.settings->ports) add("--publish", port);
    }
    env(container);
    spaces();
    rights();
    limits();
    process();
    words_.push_back(container.image);
    const auto command = texts(member(config_, "Cmd"));
    if (command != texts(member(image_, "Cmd"))) words_.insert(words_.end(), command.begin(), command.end());
    return std::move(words_);
  }

 private:
  void add(const std::string& name, const std::string& value) {
    if (!value.empty()) words_.push_back(name + "=" + value);
  }
  void add_each(const std::string& name, const char* list) {
    for (const auto& value : texts(member(host_, list))) add(name, value);
  }

  void hostname() {
    const std::string name = text(member(config_, "Hostname"));
    const bool is_the_servers =
        text(member(host_, "NetworkMode")) == "host" || text(member(host_, "UTSMode")) == "host";
    if (!is_the_servers && !text(member(inspect_, "Id")).starts_with(name)) add("--hostname", name);
  }

  void gpus(const plan::Container& container) {
    if (container.runtime == "nvidia") {
      add("--runtime", "nvidia");
      std::string visible = "all";
      for (const auto& variable : container.env) {
        if (variable.starts_with("NVIDIA_VISIBLE_DEVICES=")) visible = variable.substr(23);
      }
      if (visible == "void" || visible.empty()) visible = "none";
      const bool is_one = visible.find_first_not_of("0123456789") == std::string::npos;
      return add("--gpus", is_one ? "device=" + visible : visible);
    }
    bool any = false;
    if (const json& requests = member(host_, "DeviceRequests"); requests.is_array()) {
      for (const auto& request : requests) any = request_of(request) || any;
    }
    // Podman shows such devices nowhere but in the command line that it keeps.
    for (const auto& word : texts(member(config_, "CreateCommand"))) {
      const auto at = word.find("nvidia.com/gpu=");
      if (at == std::string::npos) continue;
      add("--device", word.substr(at));
      any = true;
    }
    if (!any) add("--gpus", "none");
  }

  bool request_of(const json& request) {
    const auto devices = texts(member(request, "DeviceIDs"));
    if (text(member(request, "Driver")) == "cdi") {
      for (const auto& device : devices) add("--device", device);
    } else if (!devices.empty()) {
      add("--gpus", "device=" + joined(devices, ","));
    } else {
      const auto count = number(member(request, "Count"));
      add("--gpus", count < 0 ? "all" : std::to_string(count));
    }
    return true;
  }

  void memory(const plan::Container& container) {
    if (!container.settings) return;
    const auto& settings = *container.settings;
    if (settings.shm_size != 0 && settings.shm_size != k_default_shm) add("--shm-size", size_text(settings.shm_size));
    for (const auto& [name, limit] : settings.ulimits)
      add("--ulimit", name + "=" + std::to_string(limit.soft) + ":" + std::to_string(limit.hard));
    if (settings.privileged) words_.emplace_back("--privileged");
    add("--restart", settings.restart);
  }

  // SOURCE:PLACE[:OPTIONS]; of Podman's own options only what a person writes.
  static std::string plain_bind(const std::string& bind) {
    const auto parts = split(bind, ':');
    if (parts.size() != 3) return bind;
    std::vector<std::string> kept;
    for (const auto& option : split(parts[2], ',')) {
      if (option == "ro" || option == "z" || option == "Z") kept.push_back(option);
    }
    return parts[0] + ":" + parts[1] + (kept.empty() ? "" : ":" + joined(kept, ","));
  }

  // Podman 5 lists what a CDI device brings beside what was asked for; only its command line tells them apart.
  bool is_of_cdi(const json& device) {
    const auto words = texts(member(config_, "CreateCommand"));
    const auto named = [&](const char* field) {
      const std::string path = text(member(device, field));
      return has_part(words, path) && !path.empty();
    };
    return has_part(words, "nvidia.com/gpu=") && !named("PathOnHost") && !named("PathInContainer");
  }

  void mounts() {
    for (const auto& bind : texts(member(host_, "Binds"))) add("--volume", plain_bind(bind));
    if (const json& list = member(host_, "Mounts"); list.is_array()) {
      for (const auto& mount : list) {
        std::string value = "type=" + text(member(mount, "Type"));
        if (const auto source = text(member(mount, "Source")); !source.empty()) value += ",source=" + source;
        value += ",target=" + text(member(mount, "Target"));
        if (flag(member(mount, "ReadOnly"))) value += ",readonly";
        add("--mount", value);
      }
    }
    if (const json& tmpfs = member(host_, "Tmpfs"); tmpfs.is_object()) {
      for (const auto& [place, options] : tmpfs.items())
        add("--tmpfs", text(options).empty() ? place : place + ":" + text(options));
    }
    if (const json& devices = member(host_, "Devices"); devices.is_array()) {
      for (const auto& device : devices) {
        if (is_of_cdi(device)) continue;
        const std::string rights = text(member(device, "CgroupPermissions"));
        add("--device", text(member(device, "PathOnHost")) + ":" + text(member(device, "PathInContainer")) +
                            (rights.empty() || rights == "rwm" ? "" : ":" + rights));
      }
    }
  }

  void env(const plan::Container& container) {
    constexpr std::array<std::string_view, 5> k_podmans_own{"container", "HOSTNAME", "HOME", "TERM", "PATH"};
    const auto of_image = texts(member(image_, "Env"));
    for (const auto& variable : container.env) {
      const std::string name = variable.substr(0, variable.find('='));
      const bool is_podmans =
          member(config_, "CreateCommand").is_array() && std::ranges::find(k_podmans_own, name) != k_podmans_own.end();
      if (!has(of_image, variable) && !is_podmans) add("--env", variable);
    }
  }

  // Namespaces that are not its own.
  void spaces() {
    constexpr std::array<std::string_view, 8> k_usual{"",          "default",     "bridge", "private",
                                                      "shareable", "slirp4netns", "pasta",  "none"};
    const auto add_unusual = [&](const std::string& name, const char* field) {
      const std::string mode = text(member(host_, field));
      const bool is_usual = std::ranges::find(k_usual, mode) != k_usual.end();
      if (!is_usual || (mode == "none" && name == "--network")) add(name, mode);
    };
    add_unusual("--network", "NetworkMode");
    add_unusual("--ipc", "IpcMode");
    add_unusual("--pid", "PidMode");
    add_unusual("--uts", "UTSMode");
    add_unusual("--userns", "UsernsMode");
    add_each("--add-host", "ExtraHosts");
    add_each("--dns", "Dns");
  }

  void rights() {
    add_each("--cap-add", "CapAdd");
    add_each("--cap-drop", "CapDrop");
    add_each("--group-add", "GroupAdd");
    // A privileged one has "label=disable" of the engine's.
    if (!flag(member(host_, "Privileged"))) add_each("--security-opt", "SecurityOpt");
    if (flag(member(host_, "ReadonlyRootfs"))) words_.emplace_back("--read-only");
    if (flag(member(host_, "Init"))) words_.emplace_back("--init");
  }

  void limits() {
    if (const auto bytes = number(member(host_, "Memory")); bytes > 0) add("--memory", size_text(bytes));
    if (const auto cpus = number(member(host_, "NanoCpus")); cpus > 0) {
      std::string fraction = std::to_string(1'000'000'000 + cpus % 1'000'000'000).substr(1);
      fraction.erase(fraction.find_last_not_of('0') + 1);
      add("--cpus", std::to_string(cpus / 1'000'000'000) + (fraction.empty() ? "" : "." + fraction));
    }
    add("--cpuset-cpus", text(member(host_, "CpusetCpus")));
    if (const auto pids = number(member(host_, "PidsLimit")); pids > 0 && pids != k_podman_pids)
      add("--pids-limit", std::to_string(pids));
  }

  void process() {
    const auto add_other = [&](const std::string& name, const char* field) {
      if (const std::string its = text(member(config_, field)); its != text(member(image_, field))) add(name, its);
    };
    add_other("--user", "User");
    add_other("--workdir", "WorkingDir");
    const auto entrypoint = texts(member(config_, "Entrypoint"));
    if (entrypoint != texts(member(image_, "Entrypoint"))) add("--entrypoint", joined(entrypoint, " "));
  }

  const json& config_;
  const json& host_;
  const json& image_;
  const json& inspect_;
  std::vector<std::string> words_{"docker", "run"};
};

}  // namespace

Result<std::vector<std::string>> run_words(std::string_view container, std::string_view image) {
  HELPER_TRY_ASSIGN(const plan::Container its, read_container(container));
  if (its.image.empty()) return fail(ErrorCode::engine_failed, "container", "the engine's answer has no Config.Image");
  const json inspect = object_of(container);
  const json of_image = object_of(image);
  return Words(inspect, of_image).all(its);
}

}  // namespace helper::engine
