#include "config/inherit.hpp"

#include "config/faults.hpp"
#include "config/keys.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <charconv>

namespace helper::config {
namespace {

constexpr std::size_t k_most_remarks = 40;
constexpr std::string_view k_mounts = "targets.*.container.mounts";

// Which item of the setting `where` ("[2]", ".memlock") is about.
std::size_t item_at(const Setting& setting, std::string_view where) {
  std::size_t index = 0;
  if (where.starts_with('[')) {
    std::from_chars(where.data() + 1, where.data() + where.size(), index);
  } else if (where.starts_with('.')) {
    const auto at = std::ranges::find(setting.value.names, where.substr(1));
    index = static_cast<std::size_t>(at - setting.value.names.begin());
  }
  return index < setting.keys.size() ? index : 0;
}

// Mounting something at `mount` shows it at `place` too.
bool covers(std::string_view mount, std::string_view place) {
  return place.starts_with(mount) && (place.size() == mount.size() || place[mount.size()] == '/');
}

// One of image and build replaces both.
bool is_written(std::string_view row, const WritesItself& writes_itself) {
  constexpr std::string_view k_image = "targets.*.container.image";
  constexpr std::string_view k_build = "targets.*.container.build";
  if (row == k_image || row.starts_with(k_build)) return writes_itself(k_image) || writes_itself(k_build);
  return !row.empty() && writes_itself(row);
}

bool is_settled(const Unsupported& what, const Target& target, const WritesItself& writes_itself) {
  if (is_written(what.row, writes_itself)) return true;
  return !what.mount_point.empty() && std::ranges::any_of(target.container.mounts, [&](const std::string& mount) {
    return covers(mount_point(mount), what.mount_point);
  });
}

// A map is replaced entry by entry, and so are mounts, by their place.
Mistake mistake_of(const Devcontainer& devcontainer, const Setting& setting, Misfit misfit) {
  const std::size_t index = item_at(setting, misfit.where);
  Mistake mistake{{ErrorCode::config_invalid, origin(devcontainer.file, misfit.line, setting.keys[index]),
                   std::move(misfit.cause), std::move(misfit.fix)},
                  setting.row};
  if (setting.value.type == JsonNode::Type::object) mistake.row += misfit.where;
  if (setting.row == k_mounts) {
    mistake.row.clear();
    mistake.mount_point = mount_point(setting.value.items[index].text);
  }
  return mistake;
}

// The mounts that are good are there for those that the target replaces.
void drop_misfits(Setting& setting, const Misfits& misfits) {
  for (auto bad = misfits.rbegin(); bad != misfits.rend(); ++bad) {
    const auto at = static_cast<std::ptrdiff_t>(item_at(setting, bad->where));
    setting.value.items.erase(setting.value.items.begin() + at);
    setting.keys.erase(setting.keys.begin() + at);
  }
}

void join_mounts(Target& target, const std::vector<std::string>& inherited) {
  auto& mounts = target.container.mounts;
  for (const std::string& mount : inherited) {
    const bool taken =
        std::ranges::any_of(mounts, [&](const std::string& own) { return mount_point(own) == mount_point(mount); });
    if (!taken) mounts.push_back(mount);
  }
}

// Jupyter has a tunnel already; SSH keeps its port, which the IDE has in its settings.
std::vector<Unsupported> free_ports(Target& target, const std::string& key) {
  std::vector<Unsupported> lost;
  std::vector<PortPair> kept;
  for (const PortPair& pair : target.forwards) {
    const bool of_jupyter = target.jupyter && pair.local == target.jupyter->local_port;
    if (std::ranges::find(kept, pair) != kept.end() || (of_jupyter && pair.container == target.jupyter->port)) continue;
    if (of_jupyter || pair.local == target.ssh.local_port) {
      const std::string port = std::to_string(pair.container);
      lost.push_back({key, 1,
                      "local port " + std::to_string(pair.local) + " is that of " + (of_jupyter ? "jupyter" : "ssh"),
                      R"(write "forwards": ["LOCAL:)" + port + R"("] in the target)"});
      continue;
    }
    kept.push_back(pair);
  }
  target.forwards = std::move(kept);
  return lost;
}

}  // namespace

std::vector<Mistake> inherit(Target& target, const Devcontainer& devcontainer) {
  std::vector<Mistake> mistakes = devcontainer.mistakes;
  target.requirements = devcontainer.requirements;
  target.env_probe = devcontainer.env_probe;
  for (Setting setting : devcontainer.settings) {
    const Key* row = find_key(setting.row);
    if (row == nullptr || row->set == nullptr) {
      mistakes.push_back({{ErrorCode::internal, setting.row, "is not a key that a devcontainer.json can set", ""}});
      continue;
    }
    const Misfits bad = row->set(target, setting.value);
    for (const Misfit& misfit : bad) mistakes.push_back(mistake_of(devcontainer, setting, misfit));
    if (bad.empty() || setting.row != k_mounts) continue;
    drop_misfits(setting, bad);
    static_cast<void>(row->set(target, setting.value));  // two at one place are mistakes already
  }
  return mistakes;
}

std::vector<Error> errors_left(const std::vector<Mistake>& mistakes, const std::vector<std::string>& own_mounts,
                               const WritesItself& writes_itself) {
  std::vector<Error> errors;
  for (const Mistake& mistake : mistakes) {
    const bool is_replaced =
        is_written(mistake.row, writes_itself) ||
        (!mistake.mount_point.empty() && std::ranges::any_of(own_mounts, [&](const std::string& mount) {
          return mount_point(mount) == mistake.mount_point;
        }));
    if (!is_replaced) errors.push_back(mistake.error);
  }
  return errors;
}

void give_way(Target& target, bool has_own_image) {
  if (!has_own_image) return;
  target.container.image.clear();
  target.container.build.reset();
}

void settle(Target& target, const Devcontainer& devcontainer, const std::vector<std::string>& inherited_mounts,
            const WritesItself& writes_itself) {
  if (writes_itself(k_mounts)) join_mounts(target, inherited_mounts);
  std::vector<Unsupported> unsupported = devcontainer.unsupported;
  if (!writes_itself("targets.*.forwards"))
    std::ranges::move(free_ports(target, devcontainer.file.empty() ? "-p" : "forwardPorts"),
                      std::back_inserter(unsupported));
  for (const Unsupported& what : unsupported) {
    if (is_settled(what, target, writes_itself)) continue;
    if (target.remarks.size() == k_most_remarks) {
      target.remarks.push_back(devcontainer.file.filename().string() + ": more of it is not done");
      return;
    }
    target.remarks.push_back(to_text(devcontainer.file, what));
  }
}

}  // namespace helper::config
