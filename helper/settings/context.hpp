// Context is what the parts of this room work with: the files, where our own ones lie, and the forms of the IDEs'
// files.
#pragma once

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/paths.hpp"
#include "settings/formats.hpp"
#include "settings/ledger.hpp"
#include "settings/pending.hpp"

#include <string>
#include <vector>

namespace helper::settings {

struct Context {
  const Paths& paths;
  FileStore& files;
  Clock& clock;
  const Formats& formats;
};

// Now, as "2026-11-22T03:50:00Z".
[[nodiscard]] std::string now_text(const Clock& clock);

[[nodiscard]] std::filesystem::path ssh_config_file(const Paths& paths);
[[nodiscard]] std::filesystem::path ssh_known_hosts_file(const Paths& paths);

// What is not there yet is empty. Errors: file_failed.
[[nodiscard]] Result<Ledger> load_ledger(const Context& context);
[[nodiscard]] Result<void> save_ledger(const Context& context, const Ledger& ledger);
[[nodiscard]] Result<std::vector<Pending>> load_pending(const Context& context);
[[nodiscard]] Result<void> save_pending(const Context& context, const std::vector<Pending>& pending);

// Texts from before us are kept under their SHA-256. Errors: file_failed, also for a backup that is not what it was.
[[nodiscard]] Result<void> keep_backup(const Context& context, const std::string& text);
[[nodiscard]] Result<std::string> read_backup(const Context& context, const std::string& sha);
// Removes those that no record needs.
void drop_backups(const Context& context, const Ledger& ledger);

}  // namespace helper::settings
