#include "settings/context.hpp"

#include "base/digest.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace helper::settings {
namespace {

namespace fs = std::filesystem;

constexpr mode_t k_private = 0600;

}  // namespace

std::string now_text(const Clock& clock) {
  const std::time_t now = std::chrono::system_clock::to_time_t(clock.wall());
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::array<char, sizeof "2000-01-01T00:00:00Z"> text{};
  return std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc) == 0 ? std::string() : text.data();
}

fs::path ssh_config_file(const Paths& paths) { return paths.home / ".ssh" / "config"; }

fs::path ssh_known_hosts_file(const Paths& paths) { return paths.home / ".ssh" / "known_hosts"; }

Result<Ledger> load_ledger(const Context& context) {
  HELPER_TRY_ASSIGN(const auto text, context.files.read(context.paths.settings_ledger()));
  if (!text) return Ledger{};
  return parse_ledger(*text, context.paths.settings_ledger());
}

Result<void> save_ledger(const Context& context, const Ledger& ledger) {
  if (ledger.records.empty() && ledger.targets.empty()) return context.files.remove(context.paths.settings_ledger());
  return context.files.write(context.paths.settings_ledger(), to_text(ledger), k_private);
}

Result<std::vector<Pending>> load_pending(const Context& context) {
  HELPER_TRY_ASSIGN(const auto text, context.files.read(context.paths.settings_pending()));
  if (!text) return std::vector<Pending>{};
  return parse_pending(*text, context.paths.settings_pending());
}

Result<void> save_pending(const Context& context, const std::vector<Pending>& pending) {
  if (pending.empty()) return context.files.remove(context.paths.settings_pending());
  return context.files.write(context.paths.settings_pending(), to_text(pending), k_private);
}

Result<void> keep_backup(const Context& context, const std::string& text) {
  const fs::path file = context.paths.settings_backups() / sha256(text);
  HELPER_TRY_ASSIGN(const auto there, context.files.read(file));
  if (there == text) return {};
  return context.files.write(file, text, k_private);
}

Result<std::string> read_backup(const Context& context, const std::string& sha) {
  const fs::path file = context.paths.settings_backups() / sha;
  HELPER_TRY_ASSIGN(auto text, context.files.read(file));
  if (text && sha256(*text) == sha) return std::move(*text);
  return fail(ErrorCode::file_failed, file.string(),
              text ? "the backup is not what it was when it was made" : "the backup is not there any more");
}

void drop_backups(const Context& context, const Ledger& ledger) {
  std::error_code none;
  const fs::path folder = context.paths.settings_backups();
  std::vector<fs::path> idle;
  for (auto entry = fs::directory_iterator(folder, none); !none && entry != fs::directory_iterator();
       entry.increment(none)) {
    const std::string name = entry->path().filename().string();
    if (std::ranges::none_of(ledger.records, [&](const Record& record) { return record.original == name; }))
      idle.push_back(entry->path());
  }
  for (const auto& file : idle) (void)context.files.remove(file);
  if (ledger.records.empty()) fs::remove(folder, none);  // when it is empty
}

}  // namespace helper::settings
