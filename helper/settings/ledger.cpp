#include "settings/ledger.hpp"

#include "settings/sha256.hpp"

#include <algorithm>
#include <utility>

namespace helper::settings {

const Applied* Ledger::find_target(std::string_view name) const {
  const auto found =
      std::ranges::find(targets, name, [](const Applied& a) -> std::string_view { return a.wanted.name; });
  return found == targets.end() ? nullptr : &*found;
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

WayBack way_back(const Record& record, const std::optional<std::string>& text, std::string_view name) {
  const bool names_it = std::ranges::find(record.names, name) != record.names.end();
  const std::string now = sha_of(text);
  if (!names_it || !text || (record.original && now == *record.original)) return WayBack::nothing;
  const bool alone = record.names.size() == 1;
  return alone && record.exact && now == record.left ? WayBack::original : WayBack::edit;
}

}  // namespace helper::settings
