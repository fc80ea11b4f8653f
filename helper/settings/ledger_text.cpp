#include "settings/json_values.hpp"
#include "settings/ledger.hpp"

namespace helper::settings {
namespace {

constexpr int k_version = 1;

Json to_json(const Record& record) {
  Json json = settings::to_json(record.place);
  json["original"] = record.original ? Json(*record.original) : Json();
  json["exact"] = record.exact;
  json["left"] = record.left;
  json["folders"] = Json::array();
  for (const auto& folder : record.folders) json["folders"].push_back(folder.string());
  json["names"] = record.names;
  json["when"] = record.when;
  return json;
}

Record record_from(const Json& json) {
  Record record;
  record.place = place_from_json(json);
  if (!json.at("original").is_null()) record.original = json.at("original").get<std::string>();
  record.exact = json.at("exact").get<bool>();
  record.left = json.at("left").get<std::string>();
  for (const auto& folder : json.at("folders")) record.folders.emplace_back(folder.get<std::string>());
  record.names = json.at("names").get<std::vector<std::string>>();
  record.when = json.at("when").get<std::string>();
  return record;
}

}  // namespace

Result<Ledger> parse_ledger(std::string_view text, const std::filesystem::path& file) {
  return parse_document<Ledger>(text, file, k_version, [](const Json& json) {
    Ledger ledger;
    for (const auto& each : json.at("targets")) {
      ledger.targets.push_back({wanted_from_json(each.at("wanted")), each.at("ssh").get<bool>(),
                                each.at("second_only").get<bool>(), each.at("gone").get<bool>(),
                                each.at("when").get<std::string>()});
    }
    for (const auto& each : json.at("files")) ledger.records.push_back(record_from(each));
    return ledger;
  });
}

std::string to_text(const Ledger& ledger) {
  Json json{{"version", k_version}, {"targets", Json::array()}, {"files", Json::array()}};
  for (const auto& each : ledger.targets)
    json["targets"].push_back({{"wanted", to_json(each.wanted)},
                               {"ssh", each.ssh},
                               {"second_only", each.second_only},
                               {"gone", each.gone},
                               {"when", each.when}});
  for (const auto& record : ledger.records) json["files"].push_back(to_json(record));
  return to_document(json);
}

}  // namespace helper::settings
