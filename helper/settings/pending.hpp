// What waits for an IDE to close: it is done with the files as they are then, by the daemon that runs then.
#pragma once

#include "base/result.hpp"
#include "ide/formats.hpp"
#include "ide/wanted.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace helper::settings {

struct Pending {
  enum class What { apply, undo };
  What what = What::apply;
  ide::Wanted wanted;
  std::filesystem::path folder;  // the config folder of the IDE that runs
  int pid = 0;                   // of that IDE, when it was known
  std::string when;
  std::filesystem::path project{};  // whose files wait with the IDE's; "": none do
  std::string run_configuration{};  // as Order has it
  friend bool operator==(const Pending&, const Pending&) = default;
};

// One entry for an IDE and a target: the later one counts.
void put_pending(std::vector<Pending>& pending, Pending entry);
// True when there was one.
bool drop_pending(std::vector<Pending>& pending, std::string_view name, const std::filesystem::path& folder);

// Error: file_failed, naming `file`.
[[nodiscard]] Result<std::vector<Pending>> parse_pending(std::string_view text, const std::filesystem::path& file);
[[nodiscard]] std::string to_text(const std::vector<Pending>& pending);

}  // namespace helper::settings
