#include "settings/undo.hpp"

#include "base/text.hpp"
#include "config/find.hpp"
#include "settings/gather.hpp"
#include "settings/report.hpp"

#include <algorithm>

namespace helper::settings {
namespace {

constexpr std::size_t k_longest_path = 400;

Result<std::optional<std::string>> text_after(const Context& context, const Ledger& ledger, const Record& record,
                                              const std::string& text, const std::string& name) {
  const WayBack way = way_back(record, text, name);
  if (way == WayBack::nothing) return text;
  if (way == WayBack::original && !record.original) return std::nullopt;
  // Without its backup a file can still lose our entries.
  const auto original = record.original ? read_backup(context, *record.original) : Result<std::string>("");
  if (way == WayBack::original && original) return *original;
  if (is_for_all_targets(context, record.place) && record.names.size() > 1) return text;
  const Applied* target = ledger.find_target(name);
  HELPER_TRY_ASSIGN(auto rest,
                    without_ours(context, record.place, text, target == nullptr ? ide::Wanted{} : target->wanted));
  // No more than a frame is left: the file that was there before us had no more in it either.
  if (!rest && record.original && original) return *original;
  return rest;
}

}  // namespace

Edit undo_edit(const Context& context, const Ledger& ledger, const Record& record, const std::string& name) {
  Edit edit{record.place};
  auto text = context.files.read(record.place.file);
  if (!text) {
    edit.refused = text.error();
    return edit;
  }
  edit.before = edit.after = *text;
  if (!*text) return edit;
  auto after = text_after(context, ledger, record, **text, name);
  if (after) {
    edit.after = std::move(*after);
  } else {
    edit.refused = after.error();
  }
  return edit;
}

std::vector<Edit> undo_edits(const Context& context, const Ledger& ledger, const std::string& name) {
  std::vector<Edit> edits;
  for (auto record = ledger.records.rbegin(); record != ledger.records.rend(); ++record) {
    if (std::ranges::find(record->names, name) != record->names.end())
      edits.push_back(undo_edit(context, ledger, *record, name));
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
         "): to take them out, put the config back, then: helper settings undo";
}

}  // namespace helper::settings
