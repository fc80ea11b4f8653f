// What would be lost if a container were recreated, and the question about it.
#pragma once

#include "base/prompt.hpp"
#include "plan/drift.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace helper::plan {

struct Losses {
  std::optional<std::int64_t> bytes;   // of the writable layer; absent: the engine did not tell
  int changes = 0;                     // files and folders that were added, changed or removed
  std::vector<std::string> files;      // some of them, those a person is likely to miss first
  std::vector<std::string> processes;  // command lines of what runs, helper's own left out
  std::vector<std::string> gpu_jobs;   // of those: "1234 python, 10240 MiB"
};

// The lines of `docker diff` that say most: no folder that is only on the way to another line, caches and logs last.
// At most `most`.
[[nodiscard]] std::vector<std::string> telling_files(const std::vector<std::string>& diff, std::size_t most);

// "12.3 MB".
[[nodiscard]] std::string size_text(std::int64_t bytes);

// `work` is what losses_of (plan/work.hpp) says. Answers: "yes", "snapshot" (a copy is kept as `snapshot_image` first),
// "no".
[[nodiscard]] Question recreate_question(const std::string& container, const std::vector<Drift>& drifts,
                                         const std::optional<Losses>& losses, const std::vector<std::string>& work,
                                         const std::string& snapshot_image);

}  // namespace helper::plan
