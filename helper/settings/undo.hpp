// How the files of a target become what they were: reads them and the ledger, writes nothing.
#pragma once

#include "settings/context.hpp"
#include "settings/edit.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace helper::settings {

// The last written first, and then the files of IDEs that hold our entries although we did not write there. A file with
// nothing of ours in it is an edit that changes nothing. Of `wanted` the name and the identifiers count.
[[nodiscard]] std::vector<Edit> undo_edits(const Context& context, const Ledger& ledger, const ide::Wanted& wanted);

// One of them, by the text that the file has now.
[[nodiscard]] Edit undo_edit(const Context& context, const Ledger& ledger, const Place& place,
                             const ide::Wanted& wanted);

// The word for what such an edit does.
[[nodiscard]] const char* undo_outcome(const Ledger& ledger, const Edit& edit, const std::string& name);

// What stands behind an error of an undo: "; settings of targets whose config is gone are still there (...): ...", or
// "".
[[nodiscard]] std::string told_of_gone(FileStore& files, const Ledger& ledger);

}  // namespace helper::settings
