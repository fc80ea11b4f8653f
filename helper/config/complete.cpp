#include "config/complete.hpp"

#include "config/find.hpp"
#include "config/keys.hpp"
#include "config/values.hpp"

#include <algorithm>

namespace helper::config {
namespace {

// What its devcontainer.json has instead of an image.
std::string no_image_there(const Devcontainer* devcontainer) {
  if (devcontainer == nullptr) return "";
  const std::string why = config::why_no_image(*devcontainer);
  return why.empty() ? ", and " + devcontainer->file.filename().string() + " names none" : "; " + why;
}

}  // namespace

void complete(Target& target, const Config& config, const Places& places, const std::filesystem::path& home,
              const Devcontainer* devcontainer, Faults& faults) {
  const std::string path = "targets." + target.name;
  const auto fault = [&](const std::string& key, std::string cause, std::string fix) {
    if (!faults.touch(path + key))
      faults.add(spot_of(places, path + key), path + key, std::move(cause), std::move(fix));
  };
  const auto resolve = [&](std::filesystem::path& field, const std::filesystem::path& written, const std::string& key) {
    if (auto absolute = resolve_local_path(written, config.file.parent_path(), home)) {
      field = std::move(*absolute);
    } else {
      fault(key, absolute.error().cause, absolute.error().fix);
    }
  };
  target.config_file = config.file;
  target.ssh_name = target.name;
  if (target.container.name.empty()) {
    target.container.name = target.name;
    target.default_name = true;
    if (auto bad = check_container_name(target.name))
      fault(".container.name", bad->cause, R"(add "name" to "container")");
  }
  if (target.container.share) {
    if (target.ssh.user == SshConfig{}.user) target.ssh.user.clear();
    if (target.jupyter && target.jupyter->port == JupyterConfig{}.port) target.jupyter->port = 0;
  }
  if (auto& build = target.container.build) {
    resolve(build->context, build->context.empty() ? std::filesystem::path(".") : build->context,
            ".container.build.context");
    if (target.container.image.empty()) target.container.image = image_name(target.name);
  }
  if (target.container.image.empty() && !faults.touch(path + ".devcontainer") &&
      !faults.touch(path + ".container.build")) {
    fault(".container.image", "is missing" + no_image_there(devcontainer),
          R"(add "image": )" + std::string(find_key("targets.*.container.image")->example) +
              R"( to "container", or "build" with a Dockerfile)");
  }
  if (!target.project.remote.empty()) {
    resolve(target.project.local, target.project.local.empty() ? std::filesystem::path(".") : target.project.local,
            ".project.local");
  }
  if (target.ssh.key != "auto") {
    std::filesystem::path key = target.ssh.key;
    resolve(key, target.ssh.key, ".ssh.key");
    target.ssh.key = key.string();
  }
}

}  // namespace helper::config
