// How edits reach the disk: backups and the ledger first, then each file at once or not at all.
#pragma once

#include "settings/context.hpp"
#include "settings/edit.hpp"

#include <functional>
#include <vector>

namespace helper::settings {

// The edit of a place by the text that it has now.
using Remake = std::function<Edit(const Edit& edit)>;

// Refuses the edits whose files must not be written; `follow_links` is for these edits until they are written.
void refuse_unwritable(std::vector<Edit>& edits, bool follow_links);

// Writes those that change something, for the target of that name; a file that somebody else has written since it was
// read is edited again. One that fails is refused, and so is what would refer to it. Error: nothing was written, as a
// backup or the ledger could not be.
[[nodiscard]] Result<void> write_edits(const Context& context, Ledger& ledger, std::vector<Edit>& edits,
                                       const ide::Wanted& wanted, const Remake& remake);

// The same for edits that take our entries out: the ledger follows them.
void take_back(const Context& context, Ledger& ledger, std::vector<Edit>& edits, const std::string& name,
               const Remake& remake);

}  // namespace helper::settings
