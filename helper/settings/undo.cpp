#include "settings/undo.hpp"

#include "base/text.hpp"
#include "config/find.hpp"
#include "settings/gather.hpp"
#include "settings/report.hpp"

#include <algorithm>

namespace helper::settings {
namespace {

constexpr std::size_t k_longest_path = 400;

bool names(const Record& record, const std::string& name) {
  return std::ranges::find(record.names, name) != record.names.end();
}

// As it was applied; of a target that is not known any more what is asked for.
const ide::Wanted& applied(const Ledger& ledger, const ide::Wanted& wanted) {
  const Applied* target = ledger.find_target(wanted.name);
  return target == nullptr ? wanted : target->wanted;
}

// Without the text from before where that cannot be read.
ide::Staying staying_in(const Context& context, const Ledger& ledger, const Record& record, const std::string& name) {
  ide::Staying staying;
  for (const Applied& target : ledger.targets) {
    if (target.wanted.name != name && names(record, target.wanted.name)) staying.others.push_back(target.wanted);
  }
  if (!record.original || record.place.owner != k_project) return staying;
  if (auto before = read_backup(context, *record.original)) staying.before = std::move(*before);
  return staying;
}

Result<std::optional<std::string>> original_of(const Context& context, const Ledger& ledger, const Record& record,
                                               const ide::Wanted& wanted) {
  if (!record.original) return std::nullopt;
  HELPER_TRY_ASSIGN(auto original, read_backup(context, *record.original));
  const bool of_ide = record.place.kind && record.place.owner != k_project;
  if (!of_ide) return original;
  // An IDE that was upgraded may have brought entries of ours from its predecessor before we wrote there.
  return without_ours(context, record.place, original, applied(ledger, wanted));
}

Result<std::optional<std::string>> text_after(const Context& context, const Ledger& ledger, const Record& record,
                                              const std::string& text, const ide::Wanted& wanted) {
  const std::string& name = wanted.name;
  const WayBack way = way_back(record, text, name);
  if (way == WayBack::nothing) return text;
  // Without its backup a file can still lose our entries.
  if (way == WayBack::original) {
    auto original = original_of(context, ledger, record, wanted);
    if (original) return original;
  }
  if (is_for_all_targets(context, record.place) && record.names.size() > 1) return text;
  HELPER_TRY_ASSIGN(auto rest, without_ours(context, record.place, text, applied(ledger, wanted),
                                            staying_in(context, ledger, record, name)));
  // No more than a frame is left: the file that was there before us had no more in it either.
  if (!rest && record.original) {
    auto original = original_of(context, ledger, record, wanted);
    if (original) return original;
  }
  return rest;
}

}  // namespace

Edit undo_edit(const Context& context, const Ledger& ledger, const Place& place, const ide::Wanted& wanted) {
  Edit edit{place};
  auto text = context.files.read(place.file);
  if (!text) {
    edit.refused = text.error();
    return edit;
  }
  edit.before = edit.after = *text;
  if (!*text) return edit;
  const Record* record = ledger.find_record(place.file);
  const bool recorded = record != nullptr && names(*record, wanted.name);
  auto after = recorded ? text_after(context, ledger, *record, **text, wanted)
                        : without_ours(context, place, **text, applied(ledger, wanted));
  if (after) {
    edit.after = std::move(*after);
  } else {
    edit.refused = after.error();
  }
  return edit;
}

std::vector<Edit> undo_edits(const Context& context, const Ledger& ledger, const ide::Wanted& wanted) {
  std::vector<Edit> edits;
  for (auto record = ledger.records.rbegin(); record != ledger.records.rend(); ++record) {
    if (names(*record, wanted.name)) edits.push_back(undo_edit(context, ledger, record->place, wanted));
  }
  for (const Place& place : application_places(context, applied(ledger, wanted))) {
    if (std::ranges::find(edits, place.file, [](const Edit& edit) { return edit.place.file; }) != edits.end()) continue;
    Edit edit = undo_edit(context, ledger, place, wanted);
    if (edit.changes()) edits.push_back(std::move(edit));  // one that cannot be read holds nothing that is known
  }
  return edits;
}

const char* undo_outcome(const Ledger& ledger, const Edit& edit, const std::string& name) {
  if (!edit.changes()) return outcome::k_unchanged;
  if (!edit.after) return outcome::k_removed;
  const auto record = std::ranges::find(ledger.records, edit.place.file, [](const Record& r) { return r.place.file; });
  const bool exact = record != ledger.records.end() && record->original == sha_of(edit.after) &&
                     way_back(*record, edit.before, name) == WayBack::original;
  return exact ? outcome::k_restored : outcome::k_edited;
}

std::string told_of_gone(FileStore& files, const Ledger& ledger) {
  std::vector<std::string> gone;
  for (const Applied& target : ledger.targets) {
    const auto& wanted = target.wanted;
    if (!wanted.config_file.empty() && config::is_gone(files, wanted.config_file, wanted.access.target))
      gone.push_back(wanted.access.target + " of " + printable(wanted.config_file, k_longest_path));
  }
  if (gone.empty()) return {};
  return "; settings of targets whose config is gone are still there (" + joined(gone) +
         "): to take them out: helper settings undo NAME";
}

}  // namespace helper::settings
