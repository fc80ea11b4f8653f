#include "ensure/ssh_names.hpp"

#include "base/free_port.hpp"
#include "base/shell.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace helper::ensure {
namespace {

constexpr unsigned k_last_port = 65535;

}  // namespace

std::string ssh_name_of(const SshNames& names, const ConfigTarget& target,
                        const std::function<bool(const ConfigTarget&)>& is_gone) {
  const auto has = std::ranges::find_if(names, [&](const auto& each) { return each.second.target == target; });
  if (has != names.end()) return has->first;
  const auto is_free = [&](const std::string& name) {
    const auto holder = names.find(name);
    return holder == names.end() || is_gone(holder->second.target);
  };
  std::string name = target.name;
  for (int number = 2; !is_free(name); ++number) name = target.name + "-" + std::to_string(number);
  return name;
}

std::optional<std::uint16_t> local_port_of(const SshNames& names, std::uint16_t from, std::set<std::uint16_t>& taken) {
  for (const auto& [name, each] : names) {
    for (const auto& [tunnel, port] : each.ports) taken.insert(port);
  }
  const auto chosen = free_port_from(from, [&](std::uint16_t port) { return !taken.contains(port); });
  if (chosen) taken.insert(*chosen);
  return chosen;
}

Result<SshNames> read_ssh_names(FileStore& files, const Paths& paths) {
  HELPER_TRY_ASSIGN(const auto text, files.read(paths.ssh_names()));
  SshNames names;
  if (!text) return names;
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  const auto word = [](const nlohmann::json& holder, const char* key) {
    const bool is_text = holder.is_object() && holder.contains(key) && holder[key].is_string();
    return is_text ? holder[key].get<std::string>() : std::string();
  };
  bool good = json.is_object();
  if (good) {
    for (const auto& [name, holder] : json.items()) {
      auto& its = names[name];
      its.target = {word(holder, "config"), word(holder, "target")};
      its.container = word(holder, "container");
      good = good && !its.target.file.empty() && !its.target.name.empty();
      const auto ports = holder.is_object() ? holder.value("ports", nlohmann::json::object()) : nlohmann::json();
      for (const auto& [tunnel, port] : ports.items()) {
        good = good && port.is_number_unsigned() && port > 0 && port <= k_last_port;
        if (good) its.ports[tunnel] = port.get<std::uint16_t>();
      }
    }
  }
  if (good) return names;
  const std::string file = paths.ssh_names().string();
  return fail(ErrorCode::file_failed, file, "it does not say which target has which name for ssh",
              "mv " + shell::quote(file) + " " + shell::quote(file + ".old") + ", then the same command again");
}

Result<void> write_ssh_names(FileStore& files, const Paths& paths, const SshNames& names) {
  auto json = nlohmann::json::object();
  for (const auto& [name, its] : names) {
    json[name] = {{"config", its.target.file}, {"target", its.target.name}, {"container", its.container}};
    if (!its.ports.empty()) json[name]["ports"] = its.ports;
  }
  return files.write(paths.ssh_names(), json.dump(2) + "\n", 0600);
}

}  // namespace helper::ensure
