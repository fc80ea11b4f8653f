#include "config/complete.hpp"

#include "config/find.hpp"
#include "config/keys.hpp"
#include "config/values.hpp"

#include <algorithm>

namespace helper::config {
namespace {

// What its devcontainer.json has instead of an image.
std::string why_no_image(const Devcontainer* devcontainer) {
  if (devcontainer == nullptr) return "";
  const auto& parts = devcontainer->unsupported;
  const auto why = std::ranges::find(parts, "targets.*.container.image", &Unsupported::row);
  if (why == parts.end()) return ", and " + devcontainer->file.filename().string() + " names none";
  return "; " + to_text(devcontainer->file, *why);
}

}  // namespace

Result<void> complete(Target& target, const Config& config, const Places& places, const std::filesystem::path& home,
                      const Devcontainer* devcontainer) {
  const std::string path = "targets." + target.name;
  const auto resolved = [&](const std::filesystem::path& written,
                            const std::string& key) -> Result<std::filesystem::path> {
    auto absolute = resolve_local_path(written, config.file.parent_path(), home);
    if (absolute) return absolute;
    return fail(ErrorCode::config_invalid, thing_at(config.file, places, path + key), absolute.error().cause,
                absolute.error().fix);
  };
  target.config_file = config.file;
  target.ssh_name = target.name;
  if (target.container.name.empty()) {
    target.container.name = target.name;
    if (auto bad = check_container_name(target.name)) {
      return fail(ErrorCode::config_invalid, thing_at(config.file, places, path + ".container.name"), bad->cause,
                  R"(add "name" to "container")");
    }
  }
  if (auto& build = target.container.build) {
    const auto written = build->context.empty() ? std::filesystem::path(".") : build->context;
    HELPER_TRY_ASSIGN(build->context, resolved(written, ".container.build.context"));
    if (target.container.image.empty()) target.container.image = image_name(target.name);
  }
  if (target.container.image.empty()) {
    return fail(ErrorCode::config_invalid, thing_at(config.file, places, path + ".container.image"),
                "is missing" + why_no_image(devcontainer),
                R"(add "image": )" + std::string(find_key("targets.*.container.image")->example) +
                    R"( to "container", or "build" with a Dockerfile)");
  }
  if (!target.project.remote.empty()) {
    const auto written = target.project.local.empty() ? std::filesystem::path(".") : target.project.local;
    HELPER_TRY_ASSIGN(target.project.local, resolved(written, ".project.local"));
  }
  if (target.ssh.key != "auto") {
    HELPER_TRY_ASSIGN(const std::filesystem::path key, resolved(target.ssh.key, ".ssh.key"));
    target.ssh.key = key.string();
  }
  return {};
}

}  // namespace helper::config
