// Which edits have to wait for an IDE to close. Asks the system which IDEs run.
#pragma once

#include "settings/edit.hpp"
#include "settings/report.hpp"

#include <filesystem>
#include <functional>
#include <vector>

namespace helper::settings {

// Of each product, whether it runs and is supported.
[[nodiscard]] std::vector<IdeReport> look_at(const std::vector<ide::Product>& products);

// Takes those out of `edits` that would change a file of an IDE that runs; `with_project`: and the project's files that
// would refer to what only such files will say.
[[nodiscard]] std::vector<Edit> take_waiting(std::vector<Edit>& edits, const std::vector<IdeReport>& ides,
                                             bool with_project);

// A line for each; `word` tells what an edit that changes something does, diffs are added in a dry run.
void report_edits(Report& report, const std::vector<Edit>& edits, const std::function<const char*(const Edit&)>& word);

}  // namespace helper::settings
