#include "settings/pending.hpp"

#include "settings/json_values.hpp"

#include <utility>

namespace helper::settings {
namespace {

constexpr int k_version = 1;

}  // namespace

void put_pending(std::vector<Pending>& pending, Pending entry) {
  drop_pending(pending, entry.wanted.name, entry.folder);
  pending.push_back(std::move(entry));
}

bool drop_pending(std::vector<Pending>& pending, std::string_view name, const std::filesystem::path& folder) {
  return std::erase_if(pending, [&](const Pending& p) { return p.wanted.name == name && p.folder == folder; }) > 0;
}

Result<std::vector<Pending>> parse_pending(std::string_view text, const std::filesystem::path& file) {
  return parse_document<std::vector<Pending>>(text, file, k_version, [](const Json& json) {
    std::vector<Pending> pending;
    for (const auto& each : json.at("pending")) {
      pending.push_back({each.at("undo").get<bool>() ? Pending::What::undo : Pending::What::apply,
                         wanted_from_json(each.at("wanted")), each.at("folder").get<std::string>(),
                         each.at("pid").get<int>(), each.at("when").get<std::string>(), each.value("project", ""),
                         each.value("run_configuration", "")});
    }
    return pending;
  });
}

std::string to_text(const std::vector<Pending>& pending) {
  Json json{{"version", k_version}, {"pending", Json::array()}};
  for (const auto& each : pending) {
    json["pending"].push_back({{"undo", each.what == Pending::What::undo},
                               {"wanted", to_json(each.wanted)},
                               {"folder", each.folder.string()},
                               {"pid", each.pid},
                               {"when", each.when},
                               {"project", each.project.string()},
                               {"run_configuration", each.run_configuration}});
  }
  return to_document(json);
}

}  // namespace helper::settings
