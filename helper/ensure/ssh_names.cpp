#include "ensure/ssh_names.hpp"

#include "base/free_port.hpp"
#include "base/shell.hpp"
#include "config/find.hpp"
#include "ensure/person.hpp"
#include "ide/known_hosts.hpp"
#include "plan/desired.hpp"
#include "settings/ledger.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace helper::ensure {
namespace {

constexpr unsigned k_last_port = 65535;

// Where our file is lost: the settings that were applied still say which target has which name for ssh. They do not say
// which container each leads to, so that two targets of one container have two names then.
Places places_of_settings(FileStore& files, const Paths& paths) {
  Places places;
  const auto text = files.read(paths.settings_ledger());
  if (!text || !*text) return places;
  const auto ledger = settings::parse_ledger(**text, paths.settings_ledger());
  if (!ledger) return places;  // who writes settings tells that
  for (const auto& applied : ledger->targets) {
    const auto& wanted = applied.wanted;
    if (!wanted.config_file.empty() && !wanted.access.ssh_name.empty())
      places[{wanted.config_file, wanted.access.target}] = {wanted.access.ssh_name, {}, {}, {}};
  }
  return places;
}

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
  if (!text) return places_of_settings(files, paths);
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
    LocalPlace place{word(entry, "ssh_name"), word(entry, "server"), word(entry, "container")};
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
  return fail(
      ErrorCode::file_failed, file, "it does not say which target has which name for ssh",
      "move it away, then run the same command again: mv " + shell::quote(file) + " " + shell::quote(file + ".old"));
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

bool is_gone(FileStore& files, const ConfigTarget& target) { return config::is_gone(files, target.file, target.name); }

// A container that is there already keeps its name: one of an earlier version has the target's.
Result<void> LocalPlaces::give_names(config::Target& config, const Places& places) const {
  if (!config.default_name && !config.container.share) return {};
  HELPER_TRY_ASSIGN(const auto me, this_person(files_, paths_));
  give_own_user(config, me);
  if (!config.default_name) return {};
  const std::string name = default_container_name(me, config.name);
  const auto place = places.find({config.config_file.string(), config.name});
  if (place != places.end()) {
    const std::string& before = place->second.container;
    config.container.name = before == config.name || before.ends_with("-" + config.name) ? before : name;
    return {};
  }
  HELPER_TRY_ASSIGN(const auto created, files_.read(paths_.created_nonce(config.server, name)));
  if (created) {  // under that name, by this machine
    config.container.name = name;
    return {};
  }
  HELPER_TRY_ASSIGN(const auto known_hosts, files_.read(paths_.known_hosts()));
  const bool is_from_before = !ide::host_keys_of(known_hosts.value_or(""), config.name).empty();
  const bool is_anothers =
      std::ranges::any_of(places, [&](const auto& each) { return each.second.ssh_name == config.name; });
  config.container.name = is_from_before && !is_anothers ? config.name : name;
  return {};
}

Result<Places> LocalPlaces::give(config::Target& config, const config::Config& all) const {
  HELPER_TRY_ASSIGN(auto places, read_places(files_, paths_));
  const ConfigTarget ours{config.config_file.string(), config.name};
  HELPER_TRY(give_names(config, places));
  config.ssh_name = ssh_name_of(places, ours, config.server, config.container.name,
                                [&](const ConfigTarget& holder) { return is_gone(files_, holder); });
  const auto kept = places[ours].ports;
  places[ours] = {config.ssh_name, config.server, config.container.name, {}};
  std::set<std::uint16_t> taken;
  for (const auto& [name, each] : all.targets) {
    for (const auto& tunnel : plan::desired_state(each, plan::Power::running).tunnels) taken.insert(tunnel.local_port);
  }
  const config::Target& written = all.targets.at(config.name);  // the ports may be chosen already in the other
  const auto choose_port = [&](std::uint16_t asked, std::uint16_t& port, const char* tunnel,
                               std::uint16_t from) -> Result<void> {
    if (asked != 0) return {};
    const auto before = kept.find(tunnel);
    const auto chosen = before != kept.end() ? std::optional(before->second) : local_port_of(places, from, taken);
    if (!chosen) {
      return fail(ErrorCode::port_busy, std::string("local port for ") + tunnel,
                  "no port from " + std::to_string(from) + " on is free", "write one that is free as \"local_port\"");
    }
    port = places[ours].ports[tunnel] = *chosen;
    return {};
  };
  HELPER_TRY(choose_port(written.ssh.local_port, config.ssh.local_port, "ssh", config::SshConfig{}.local_port));
  if (config.jupyter && written.jupyter) {
    HELPER_TRY(choose_port(written.jupyter->local_port, config.jupyter->local_port, "jupyter",
                           config::JupyterConfig{}.local_port));
  }
  return places;
}

std::vector<std::string> LocalPlaces::notes_of_name(const config::Target& config, const Places& before) const {
  const auto holder_of = [&](const std::string& ssh_name, bool gone) {
    return std::ranges::find_if(before, [&](const auto& each) {
      const bool is_another = each.first != ConfigTarget{config.config_file.string(), config.name};
      return is_another && each.second.ssh_name == ssh_name && is_gone(files_, each.first) == gone;
    });
  };
  if (const auto gone = holder_of(config.ssh_name, true); gone != before.end()) {
    return {"ssh " + config.ssh_name + " was target " + gone->first.name + " of " + gone->first.file +
            ", which is gone; for the settings of IDEs and ssh: helper settings apply " + config.name};
  }
  const auto has = holder_of(config.name, false);
  if (config.ssh_name == config.name || has == before.end()) return {};
  return {"ssh " + config.name + " is the target of that name in " + has->first.file + "; this one is ssh " +
          config.ssh_name + ", after: helper settings apply " + config.name};
}

Result<std::vector<std::string>> LocalPlaces::keep(config::Target& config, const config::Config& all) {
  const std::scoped_lock lock(mutex_);
  HELPER_TRY_ASSIGN(const auto before, read_places(files_, paths_));
  HELPER_TRY_ASSIGN(auto places, give(config, all));
  if (places == before) return std::vector<std::string>{};
  const ConfigTarget ours{config.config_file.string(), config.name};
  const auto was = before.find(ours);
  const bool has_new_name = was == before.end() || was->second.ssh_name != config.ssh_name;
  const auto notes = has_new_name ? notes_of_name(config, before) : std::vector<std::string>{};
  std::erase_if(places, [&](const auto& each) {
    return each.first != ours && each.second.ssh_name == config.ssh_name && is_gone(files_, each.first);
  });
  HELPER_TRY(write_places(files_, paths_, places));
  return notes;
}

Result<void> LocalPlaces::leave(const config::Target& config) {
  const std::scoped_lock lock(mutex_);
  HELPER_TRY_ASSIGN(auto places, read_places(files_, paths_));
  if (places.erase({config.config_file.string(), config.name}) == 0) return {};
  return write_places(files_, paths_, places);
}

}  // namespace helper::ensure
