// Ledger is what was written into files of others, and for which targets: what undo goes by. A value, and its text.
#pragma once

#include "base/result.hpp"
#include "settings/edit.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::settings {

// A target whose settings were applied. Its wanted.name is what the entries go by, and what records name it by.
struct Applied {
  ide::Wanted wanted;
  bool ssh = false;          // it is to have a Host block
  bool second_only = false;  // its block has only the second name, since a server of a config has the first one
  bool gone = false;         // its container was removed: until there is one again, the block stays away
  std::string when;
  friend bool operator==(const Applied&, const Applied&) = default;
};

// One file, from the first time that we wrote it on.
struct Record {
  Place place;
  std::optional<std::string>
      original;       // the SHA-256 of the text before us, by which its backup is found; none: no file
  bool exact = true;  // nobody else has written it since: the original can come back
  std::string left;   // the SHA-256 of the text that we left
  std::vector<std::filesystem::path> folders;  // that we made for it, outermost first
  std::vector<std::string> names;              // of the targets that have entries in it
  std::string when;
  friend bool operator==(const Record&, const Record&) = default;
};

struct Ledger {
  std::vector<Applied> targets;
  std::vector<Record> records;

  [[nodiscard]] const Applied* find_target(std::string_view name) const;
  // Those that a person may mean by that word: the one whose entries have the name, or else all targets of that name;
  // no word: all.
  [[nodiscard]] std::vector<const Applied*> targets_called(std::string_view word) const;
  [[nodiscard]] const Record* find_record(const std::filesystem::path& file) const;
  [[nodiscard]] Record* find_record(const std::filesystem::path& file);
  void put_target(Applied applied);
  // Forgets the targets that no record names any more and that are to have no Host block.
  void drop_idle_targets();
  friend bool operator==(const Ledger&, const Ledger&) = default;
};

// Error: file_failed, naming `file`, when the text is not a ledger of a version known here.
[[nodiscard]] Result<Ledger> parse_ledger(std::string_view text, const std::filesystem::path& file);
[[nodiscard]] std::string to_text(const Ledger& ledger);

// The SHA-256 of a file's text; "" of no file.
[[nodiscard]] std::string sha_of(const std::optional<std::string>& text);

// Notes that `edit` is about to be written for the target called `name`. `had_ours`: its text before has entries of
// ours in it, as far as the record does not tell.
void note_edit(Ledger& ledger, const Edit& edit, const std::string& name,
               std::vector<std::filesystem::path> missing_folders, bool had_ours, const std::string& when);

// Notes that a text of an IDE which stays as it is holds the entries of that target, whatever program wrote them: an
// undo must take them out. Not of a project's file, which somebody else of the project may have brought with these
// entries, and nothing of an Include that the person wrote.
void note_presence(Ledger& ledger, const Edit& edit, const std::string& name, const std::string& when);

// Notes that the target uses the list of modules that we made for another target of the same project: it goes with the
// last of them.
void note_shared_modules(Ledger& ledger, const std::vector<Edit>& edits, const std::string& name);

// How a file loses its entries for one target.
enum class WayBack {
  nothing,   // none of ours is in it
  original,  // the exact bytes from before us come back; without an original the file goes
  edit,      // only our entries go, for somebody else has written it, or another target is in it
};
[[nodiscard]] WayBack way_back(const Record& record, const std::optional<std::string>& text, std::string_view name);

}  // namespace helper::settings
