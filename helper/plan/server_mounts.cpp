#include "plan/server_mounts.hpp"

#include "config/values.hpp"
#include "plan/our_names.hpp"

#include <algorithm>
#include <filesystem>

namespace helper::plan {
namespace {

bool holds(std::string_view folder, std::string_view path) {
  if (folder == "/") return path.starts_with('/');
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

// The path with links resolved; the longest place that is known decides.
std::string real_path(const std::optional<Inside>& inside, std::string_view path) {
  std::string real(path);
  if (!inside) return real;
  std::size_t longest = 0;
  for (const auto& [place, leads_to] : inside->real_places) {
    if (!holds(place, path) || place.size() < longest) continue;
    longest = place.size();
    real = leads_to + std::string(path.substr(place.size()));
  }
  return real;
}

bool is_the_servers(const Mount& mount, const std::optional<Inside>& inside) {
  if (mount.kind != Mount::Kind::volume) return mount.kind == Mount::Kind::server_folder;
  return inside && std::ranges::find(inside->bound_volumes, mount.place) != inside->bound_volumes.end();
}

// "/dev//helper/" -> "/dev/helper"; "" for what is no absolute path.
std::string clean(std::string_view path) {
  std::string text = std::filesystem::path(path).lexically_normal().string();
  if (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text.starts_with('/') ? text : std::string();
}

// The places that the engine's flags mount something at. --volumes-from does not say where: "/" means anywhere.
std::vector<std::string> places_of_flags(const std::vector<std::string>& args) {
  std::vector<std::string> places;
  const auto of_pair = [&](std::string_view value) {
    const auto colon = value.find(':');
    const auto rest = colon == std::string_view::npos ? value : value.substr(colon + 1);
    places.push_back(clean(rest.substr(0, rest.find(':'))));
  };
  const auto of_record = [&](std::string_view record) {
    while (!record.empty()) {
      const auto comma = std::min(record.find(','), record.size());
      const auto field = record.substr(0, comma);
      for (const std::string_view key : {"target=", "destination=", "dst="}) {
        if (field.starts_with(key)) places.push_back(clean(field.substr(key.size())));
      }
      record.remove_prefix(std::min(comma + 1, record.size()));
    }
  };
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string_view word = args[i];
    const std::string_view next = i + 1 < args.size() ? std::string_view(args[i + 1]) : std::string_view();
    if (word == "-v" || word == "--volume") of_pair(next);
    if (word.starts_with("--volume=")) of_pair(word.substr(9));
    if (word.starts_with("-v") && word.size() > 2) of_pair(word.substr(word[2] == '=' ? 3 : 2));
    if (word == "--mount") of_record(next);
    if (word.starts_with("--mount=")) of_record(word.substr(8));
    if (word.starts_with("--volumes-from")) places.emplace_back("/");
  }
  return places;
}

}  // namespace

const Mount* server_mount(const Container& container, const std::optional<Inside>& inside, std::string_view path) {
  const std::string real = real_path(inside, path);
  const Mount* nearest = nullptr;
  for (const auto& mount : container.mounts) {
    if (holds(real_path(inside, mount.place), real) &&
        (nearest == nullptr || mount.place.size() >= nearest->place.size()))
      nearest = &mount;
  }
  return nearest != nullptr && is_the_servers(*nearest, inside) ? nearest : nullptr;
}

const Mount* server_mount(const Container& container, const std::optional<Inside>& inside,
                          std::initializer_list<std::string_view> paths) {
  for (const auto path : paths) {
    if (const Mount* mount = server_mount(container, inside, path)) return mount;
  }
  return nullptr;
}

std::vector<std::string> server_places_in(const Container& container, const std::optional<Inside>& inside,
                                          std::string_view path) {
  std::vector<std::string> places;
  const std::string real = real_path(inside, path);
  for (const auto& mount : container.mounts) {
    if (is_the_servers(mount, inside) && holds(real, real_path(inside, mount.place)))
      places.push_back(real_path(inside, mount.place));
  }
  return places;
}

std::string tell_mount(std::string_view path, const Mount& mount) {
  const char* const what = mount.kind == Mount::Kind::volume ? "volume " : "mount ";
  return std::string(path) + " in it is the server's own (" + what + mount.source + ":" + mount.place + ")";
}

std::vector<std::string> covered_folders(const config::ContainerConfig& config) {
  auto places = places_of_flags(config.extra_args);
  for (const auto& mount : config.mounts) places.push_back(clean(config::mount_point(mount)));
  std::vector<std::string> covered;
  for (const char* const folder : {k_helper_folder, k_sshd_folder}) {
    const auto covers = [&](const std::string& place) { return place != folder && holds(place, folder); };
    if (std::ranges::any_of(places, [&](const auto& place) { return !place.empty() && covers(place); }))
      covered.emplace_back(folder);
  }
  return covered;
}

std::vector<std::string> mount_sources(const config::ContainerConfig& config) {
  std::vector<std::string> sources;
  for (const auto& mount : config.mounts) {
    if (mount.starts_with('/')) sources.push_back(mount.substr(0, mount.find(':')));
  }
  return sources;
}

std::vector<std::string> notes_of_missing_folders(const config::Target& target, const ServerFacts& server) {
  std::vector<std::string> notes;
  if (server.engine.value_or(Engine{}).kind != EngineKind::docker) return notes;  // Podman refuses, and says so
  const bool is_here = target.server == "local";
  for (const auto& folder : server.missing_folders) {
    notes.push_back((is_here ? "this machine" : "server " + target.server) + " had no folder " + folder +
                    " to mount: Docker created it, empty and root's" +
                    (is_here ? "" : "; if you meant a folder of your own machine, copy its files to the server"));
  }
  return notes;
}

std::string project_source(const config::Target& target) {
  const std::string& wanted = target.project.remote;
  std::string source;
  std::size_t longest = 0;
  for (const auto& mount : target.container.mounts) {
    const auto colon = mount.find(':');
    if (!mount.starts_with('/') || colon == std::string::npos) continue;
    const std::string place = mount.substr(colon + 1, mount.find(':', colon + 1) - colon - 1);
    const bool holds = wanted == place || (wanted.starts_with(place) && (place == "/" || wanted[place.size()] == '/'));
    if (!holds || place.size() < longest) continue;
    longest = place.size();
    source = mount.substr(0, colon) + wanted.substr(place == "/" ? 0 : place.size());
  }
  return source;
}

}  // namespace helper::plan
