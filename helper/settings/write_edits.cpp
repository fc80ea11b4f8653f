#include "settings/write_edits.hpp"

#include "settings/gather.hpp"
#include "settings/replace_file.hpp"

#include <algorithm>

namespace helper::settings {
namespace {

namespace fs = std::filesystem;

// Somebody who writes a file more often than this within one apply is a program that goes on.
constexpr int k_most_tries = 3;

// Whether a text that is not as we left it still has entries of ours.
bool has_ours(const Context& context, const Ledger& ledger, const Edit& edit) {
  if (!edit.before) return false;
  const auto record = std::ranges::find(ledger.records, edit.place.file, [](const Record& r) { return r.place.file; });
  if (record == ledger.records.end() || record->left == sha_of(edit.before)) return true;
  return std::ranges::any_of(record->names, [&](const std::string& name) {
    const Applied* target = ledger.find_target(name);
    const auto without =
        without_ours(context, edit.place, *edit.before, target == nullptr ? ide::Wanted{} : target->wanted);
    return !without || *without != edit.before;
  });
}

Result<void> prepare(const Context& context, Ledger& ledger, const Edit& edit, const std::string& name) {
  if (edit.before) HELPER_TRY(keep_backup(context, *edit.before));
  note_edit(ledger, edit, name, missing_folders(edit.place.file), has_ours(context, ledger, edit),
            now_text(context.clock));
  return {};
}

// The folder that a link must not point out of: the IDE's, or the project's, which is the one that has .idea in it. ""
// for ~/.ssh: there a link is the person's own, such as one to a folder of start files; its target is written, and it
// stays.
fs::path fence_of(const Place& place) {
  if (!place.kind) return {};
  if (!place.folder.empty()) return place.folder;
  for (fs::path folder = place.file.parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
    if (folder.filename() == ".idea") return folder.parent_path();
  }
  return place.file.parent_path();
}

Result<void> may_be_written(const Edit& edit) {
  const Place& place = edit.place;
  const fs::path fence = edit.follows_links ? fs::path() : fence_of(place);
  if (!fence.empty()) HELPER_TRY(stays_within(place.file, fence));
  return may_replace(place.file);
}

Result<void> put(const Context& context, const Edit& edit) {
  HELPER_TRY(may_be_written(edit));
  if (edit.after) return replace_file(context.files, edit.place.file, *edit.after, mode_of_new(edit.place));
  return remove_file(context.files, edit.place.file);
}

// Writes `edit`, made again for as long as somebody else is quicker. `on_remake` notes what it is then.
Result<void> write_current(const Context& context, Edit& edit, const Remake& remake,
                           const std::function<Result<void>()>& on_remake) {
  for (int tries = 0; tries < k_most_tries; ++tries) {
    HELPER_TRY_ASSIGN(const auto now, context.files.read(edit.place.file));
    if (now == edit.before) return put(context, edit);
    const bool follows_links = edit.follows_links;
    edit = remake(edit);
    edit.follows_links = follows_links;
    if (edit.refused) return fail(*edit.refused);
    if (!edit.changes()) return {};
    HELPER_TRY(on_remake());
  }
  return fail(ErrorCode::file_failed, edit.place.file.string(), "another program goes on writing it",
              "close that program, then run the command again");
}

void bring_back_record(Ledger& ledger, const Ledger& before, const std::filesystem::path& file) {
  std::erase_if(ledger.records, [&](const Record& record) { return record.place.file == file; });
  const auto old = std::ranges::find(before.records, file, [](const Record& r) { return r.place.file; });
  if (old != before.records.end()) ledger.records.push_back(*old);
}

}  // namespace

void refuse_unwritable(std::vector<Edit>& edits, bool follow_links) {
  for (Edit& edit : edits) {
    edit.follows_links = follow_links;
    if (!edit.changes()) continue;
    if (auto may = may_be_written(edit); !may) edit.refused = may.error();
  }
}

Result<void> write_edits(const Context& context, Ledger& ledger, std::vector<Edit>& edits, const ide::Wanted& wanted,
                         const Remake& remake) {
  if (std::ranges::none_of(edits, &Edit::changes)) return {};
  const Ledger before = ledger;
  for (const Edit& edit : edits) {
    if (edit.changes()) HELPER_TRY(prepare(context, ledger, edit, wanted.name));
  }
  HELPER_TRY(save_ledger(context, ledger));
  bool failed = false;
  for (Edit& edit : edits) {
    if (!edit.changes()) continue;
    const auto written = write_current(context, edit, remake, [&]() -> Result<void> {
      HELPER_TRY(prepare(context, ledger, edit, wanted.name));
      return save_ledger(context, ledger);
    });
    if (written) continue;
    edit.refused = written.error();
    leave_what_refers_to_nothing(edits);
    failed = true;
  }
  if (!failed) return {};
  for (const Edit& edit : edits) {
    if (edit.refused) bring_back_record(ledger, before, edit.place.file);
  }
  return save_ledger(context, ledger);
}

void take_back(const Context& context, Ledger& ledger, std::vector<Edit>& edits, const std::string& name,
               const Remake& remake) {
  for (Edit& edit : edits) {
    if (edit.refused) continue;
    if (edit.changes()) {
      if (auto written = write_current(context, edit, remake, [] { return Result<void>{}; }); !written) {
        edit.refused = written.error();
        continue;
      }
    }
    Record* record = ledger.find_record(edit.place.file);
    if (record == nullptr) continue;
    const bool named = std::erase(record->names, name) > 0;
    if (!named) record->original.reset();  // it has these entries, which another IDE brought there
    if (!named || record->left != sha_of(edit.before)) record->exact = false;
    record->left = sha_of(edit.after);
    if (!record->names.empty()) continue;
    if (!edit.after) remove_empty_folders(record->folders);
    bring_back_record(ledger, {}, edit.place.file);
  }
}

}  // namespace helper::settings
