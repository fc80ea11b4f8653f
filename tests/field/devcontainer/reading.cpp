// Prints, as JSON, what helper reads of the devcontainer.json of a folder: the target that a config with no other key
// gives, or its error. For compare.py, which compares it with the reference implementation's reading.
#include "base/files.hpp"
#include "base/text.hpp"
#include "config/devcontainer/import.hpp"
#include "config/find.hpp"
#include "config/parse.hpp"

#include <nlohmann/json.hpp>

#include <iostream>
#include <string>

namespace {

using namespace helper;
using Json = nlohmann::ordered_json;

Json probe_name(config::EnvProbe probe) {
  switch (probe) {
    case config::EnvProbe::none:
      return "none";
    case config::EnvProbe::login:
      return "loginShell";
    case config::EnvProbe::interactive:
      return "interactiveShell";
    case config::EnvProbe::login_interactive:
      break;
  }
  return "loginInteractiveShell";
}

Json to_json(const config::Target& target) {
  const config::ContainerConfig& container = target.container;
  Json json{{"image", container.image},
            {"mounts", container.mounts},
            {"env", container.env},
            {"remote_env", target.ssh.env},
            {"user", target.ssh.user},
            {"match_owner", target.ssh.match_owner},
            {"gpus", container.gpus},
            {"runtime", container.runtime},
            {"shm_size", container.shm_size},
            {"privileged", container.privileged},
            {"hostname", container.hostname},
            {"restart", container.restart},
            {"waits", container.command.has_value()},
            {"extra_args", container.extra_args},
            {"ports", container.ports},
            {"local", target.project.local.string()},
            {"remote", target.project.remote},
            {"post_create", target.post_create},
            {"post_start", target.post_start},
            {"env_probe", probe_name(target.env_probe)},
            {"cpus", target.requirements.cpus},
            {"memory", target.requirements.memory},
            {"remarks", target.remarks}};
  json["ulimits"] = Json::object();
  for (const auto& [name, limit] : container.ulimits) json["ulimits"][name] = Json::array({limit.soft, limit.hard});
  json["forwards"] = Json::array();
  for (const auto& pair : target.forwards) json["forwards"].push_back(Json::array({pair.local, pair.container}));
  if (const auto& build = container.build) {
    json["build"] = {{"context", build->context.string()},
                     {"dockerfile", (build->context / build->dockerfile).lexically_normal().string()},
                     {"args", build->args},
                     {"target", build->target}};
  }
  return json;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: devcontainer_reading FOLDER DEVCONTAINER_JSON\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  DiskFileStore files;
  config::Surroundings around{config::environment_variable("HOME").value_or(""), config::environment_variable};
  around.open_devcontainer = [&](const std::filesystem::path& path) { return config::open_devcontainer(files, path); };
  const Json text{{"targets", {{"target", {{"devcontainer", argv[2]}}}}}};
  const auto config = config::parse_config(text.dump(), folder / "helper.json", around);
  const Json result = config ? to_json(config->targets.at("target")) : Json{{"error", to_text(config.error())}};
  std::cout << result.dump(1) << "\n";
  return 0;
}
