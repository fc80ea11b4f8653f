#include "settings/ledger.hpp"

#include "base/digest.hpp"
#include "settings/json_values.hpp"

#include <algorithm>
#include <utility>

namespace helper::settings {

const Applied* Ledger::find_target(std::string_view name) const {
  const auto found =
      std::ranges::find(targets, name, [](const Applied& a) -> std::string_view { return a.wanted.name; });
  return found == targets.end() ? nullptr : &*found;
}

std::vector<const Applied*> Ledger::targets_called(std::string_view word) const {
  if (const Applied* exact = find_target(word)) return {exact};
  std::vector<const Applied*> found;
  for (const Applied& target : targets) {
    if (word.empty() || target.wanted.access.target == word) found.push_back(&target);
  }
  return found;
}

const Record* Ledger::find_record(const std::filesystem::path& file) const {
  const auto found = std::ranges::find_if(records, [&](const Record& record) { return record.place.file == file; });
  return found == records.end() ? nullptr : &*found;
}

Record* Ledger::find_record(const std::filesystem::path& file) {
  return const_cast<Record*>(std::as_const(*this).find_record(file));
}

void Ledger::put_target(Applied applied) {
  std::erase_if(targets, [&](const Applied& other) { return other.wanted.name == applied.wanted.name; });
  targets.push_back(std::move(applied));
}

void Ledger::drop_idle_targets() {
  std::erase_if(targets, [&](const Applied& target) {
    return !target.ssh && std::ranges::none_of(records, [&](const Record& record) {
      return std::ranges::find(record.names, target.wanted.name) != record.names.end();
    });
  });
}

std::string sha_of(const std::optional<std::string>& text) { return text ? sha256(*text) : std::string(); }

void note_edit(Ledger& ledger, const Edit& edit, const std::string& name,
               std::vector<std::filesystem::path> missing_folders, bool had_ours, const std::string& when) {
  const std::string before = sha_of(edit.before);
  const auto begin = [&] {
    Record record;
    record.place = edit.place;
    if (edit.before) record.original = before;
    record.folders = std::move(missing_folders);
    return record;
  };
  Record* record = ledger.find_record(edit.place.file);
  if (record == nullptr) {
    record = &ledger.records.emplace_back(begin());
  } else if (record->left != before && !had_ours) {
    auto folders = std::move(record->folders);
    *record = begin();
    record->folders.insert(record->folders.begin(), folders.begin(), folders.end());
  } else if (record->left != before) {
    record->exact = false;
  }
  record->place = edit.place;
  record->left = sha_of(edit.after);
  record->when = when;
  if (std::ranges::find(record->names, name) == record->names.end()) record->names.push_back(name);
}

void note_presence(Ledger& ledger, const Edit& edit, const std::string& name, const std::string& when) {
  if (edit.place.owner == k_project) return;
  Record* record = ledger.find_record(edit.place.file);
  if (record == nullptr && edit.place.kind) {
    record = &ledger.records.emplace_back();
    record->place = edit.place;
    record->exact = false;
    record->left = sha_of(edit.after);
    record->when = when;
  }
  if (record == nullptr || std::ranges::find(record->names, name) != record->names.end()) return;
  record->names.push_back(name);
}

void note_shared_modules(Ledger& ledger, const std::vector<Edit>& edits, const std::string& name) {
  for (Record& record : ledger.records) {
    const bool is_list = record.place.kind == ide::FileKind::modules;
    const bool named = std::ranges::find(record.names, name) != record.names.end();
    if (!is_list || named) continue;
    const bool of_project = std::ranges::any_of(edits, [&](const Edit& edit) {
      return edit.place.kind == ide::FileKind::misc && !edit.refused &&
             edit.place.file.parent_path() == record.place.file.parent_path();
    });
    if (of_project) record.names.push_back(name);
  }
}

WayBack way_back(const Record& record, const std::optional<std::string>& text, std::string_view name) {
  const bool names_it = std::ranges::find(record.names, name) != record.names.end();
  const std::string now = sha_of(text);
  if (!names_it || !text || (record.original && now == *record.original)) return WayBack::nothing;
  const bool alone = record.names.size() == 1;
  return alone && record.exact && now == record.left ? WayBack::original : WayBack::edit;
}

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
