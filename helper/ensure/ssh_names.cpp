#include "ensure/ssh_names.hpp"

#include "base/free_port.hpp"
#include "base/shell.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace helper::ensure {
namespace {

constexpr unsigned k_last_port = 65535;

}  // namespace

std::string ssh_name_of(const Places& places, const ConfigTarget& target, const std::string& server,
                        const std::string& container, const std::function<bool(const ConfigTarget&)>& is_gone) {
  const auto is_free = [&](const std::string& name) {
    return std::ranges::none_of(places, [&](const auto& each) {
      const auto& [holder, place] = each;
      const bool is_another = place.ssh_name == name && holder != target;
      return is_another && (place.server != server || place.container != container) && !is_gone(holder);
    });
  };
  if (const auto has = places.find(target); has != places.end() && is_free(has->second.ssh_name))
    return has->second.ssh_name;
  std::string name = target.name;
  for (int number = 2; !is_free(name); ++number) name = target.name + "-" + std::to_string(number);
  return name;
}

std::optional<std::uint16_t> local_port_of(const Places& places, std::uint16_t from, std::set<std::uint16_t>& taken) {
  for (const auto& [target, place] : places) {
    for (const auto& [tunnel, port] : place.ports) taken.insert(port);
  }
  const auto chosen = free_port_from(from, [&](std::uint16_t port) { return !taken.contains(port); });
  if (chosen) taken.insert(*chosen);
  return chosen;
}

Result<Places> read_places(FileStore& files, const Paths& paths) {
  HELPER_TRY_ASSIGN(const auto text, files.read(paths.ssh_names()));
  Places places;
  if (!text) return places;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  bool good = json.is_array();
  const auto word = [&good](const nlohmann::json& entry, const char* key) {
    const bool is_text = entry.is_object() && entry.contains(key) && entry[key].is_string();
    good = good && is_text;
    return is_text ? entry[key].get<std::string>() : std::string();
  };
  for (std::size_t i = 0; good && i < json.size(); ++i) {
    const auto& entry = json[i];
    const ConfigTarget target{word(entry, "config"), word(entry, "target")};
    Place place{word(entry, "ssh_name"), word(entry, "server"), word(entry, "container")};
    good = good && !target.file.empty() && !target.name.empty() && !place.ssh_name.empty();
    if (good && entry.contains("ports")) {
      good = entry["ports"].is_object();
      for (const auto& [tunnel, port] : entry["ports"].items()) {
        good = good && port.is_number_unsigned() && port > 0 && port <= k_last_port;
        if (good) place.ports[tunnel] = port.get<std::uint16_t>();
      }
    }
    places[target] = std::move(place);
  }
  if (good) return places;
  const std::string file = paths.ssh_names().string();
  return fail(ErrorCode::file_failed, file, "it does not say which target has which name for ssh",
              "mv " + shell::quote(file) + " " + shell::quote(file + ".old") + ", then the same command again");
}

Result<void> write_places(FileStore& files, const Paths& paths, const Places& places) {
  auto json = nlohmann::json::array();
  for (const auto& [target, place] : places) {
    json.push_back({{"config", target.file},
                    {"target", target.name},
                    {"ssh_name", place.ssh_name},
                    {"server", place.server},
                    {"container", place.container}});
    if (!place.ports.empty()) json.back()["ports"] = place.ports;
  }
  return files.write(paths.ssh_names(), json.dump(2) + "\n", 0600);
}

}  // namespace helper::ensure
