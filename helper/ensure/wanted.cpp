#include "ensure/wanted.hpp"

#include "base/log.hpp"
#include "settings/json_values.hpp"

#include <algorithm>

namespace helper::ensure {
namespace {

using settings::Json;

constexpr int k_version = 1;

auto of(const std::string& config_file, const std::string& target) {
  return [config_file, target](const WantedTarget& wanted) {
    return wanted.config_file == config_file && wanted.target == target;
  };
}

}  // namespace

std::optional<bool> is_wanted(const Intent& intent) {
  if (intent.keep_running) return true;
  return intent.was_ended ? std::optional(false) : std::nullopt;
}

std::string agent_for(const std::string& own, const std::string& recorded, bool recorded_is_ours) {
  if (!own.empty()) return own;
  return recorded_is_ours ? recorded : std::string();
}

Result<std::vector<WantedTarget>> parse_wanted(std::string_view text, const std::filesystem::path& file) {
  return settings::parse_document<std::vector<WantedTarget>>(text, file, k_version, [](const Json& json) {
    std::vector<WantedTarget> list;
    for (const auto& each : json.at("targets"))
      list.push_back({each.at("config").get<std::string>(), each.at("target").get<std::string>(),
                      each.at("agent_socket").get<std::string>()});
    return list;
  });
}

std::string to_text(const std::vector<WantedTarget>& list) {
  Json targets = Json::array();
  for (const auto& each : list)
    targets.push_back({{"config", each.config_file}, {"target", each.target}, {"agent_socket", each.agent_socket}});
  return settings::to_document({{"version", k_version}, {"targets", std::move(targets)}});
}

Result<std::vector<WantedTarget>> WantedList::read() {
  const std::lock_guard lock(mutex_);
  HELPER_TRY_ASSIGN(const auto text, files_.read(file_));
  if (!text) return std::vector<WantedTarget>{};
  return parse_wanted(*text, file_);
}

// A list that cannot be read is useless: a new one is begun.
std::vector<WantedTarget> WantedList::read_or_begin() {
  const auto text = files_.read(file_);
  if (!text || !*text) return {};
  auto list = parse_wanted(**text, file_);
  if (!list) log_warning("{}; it is written again", helper::to_text(list.error()));
  return list.value_or(std::vector<WantedTarget>{});
}

Result<void> WantedList::add(const WantedTarget& wanted) {
  const std::lock_guard lock(mutex_);
  auto list = read_or_begin();
  const auto at = std::ranges::find_if(list, of(wanted.config_file, wanted.target));
  if (at == list.end()) {
    list.push_back(wanted);
  } else if (*at == wanted) {
    return {};
  } else {
    *at = wanted;
  }
  return files_.write(file_, to_text(list), 0600);
}

Result<void> WantedList::remove(const std::string& config_file, const std::string& target) {
  const std::lock_guard lock(mutex_);
  auto list = read_or_begin();
  if (std::erase_if(list, of(config_file, target)) == 0) return {};
  return files_.write(file_, to_text(list), 0600);
}

}  // namespace helper::ensure
