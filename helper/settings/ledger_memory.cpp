#include "settings/ledger_memory.hpp"

#include <sys/stat.h>
#include <utility>

namespace helper::settings {
namespace {

constexpr std::int64_t k_second = 1'000'000'000;
// The slowest clock of a file system in use: FAT keeps every second second.
constexpr std::chrono::seconds k_settled{3};

}  // namespace

std::optional<LedgerMemory::Stamp> LedgerMemory::stamp_of(const std::filesystem::path& file) {
  struct stat info {};
  if (::stat(file.c_str(), &info) != 0) return std::nullopt;
  return Stamp{info.st_dev, info.st_ino, info.st_size, info.st_mtim.tv_sec * k_second + info.st_mtim.tv_nsec,
               info.st_ctim.tv_sec * k_second + info.st_ctim.tv_nsec};
}

bool LedgerMemory::can_be_kept(const Stamp& stamp, const Clock& clock) {
  const std::chrono::nanoseconds latest = (clock.wall() - k_settled).time_since_epoch();
  return stamp.modified < latest.count() && stamp.changed < latest.count();
}

Result<std::shared_ptr<const Ledger>> LedgerMemory::read(const Context& context) {
  const auto file = context.paths.settings_ledger();
  const auto before = stamp_of(file);
  if (before && stamp_ == before) return ledger_;
  stamp_.reset();
  HELPER_TRY_ASSIGN(Ledger ledger, load_ledger(context));
  ledger_ = std::make_shared<const Ledger>(std::move(ledger));
  if (before && can_be_kept(*before, context.clock) && stamp_of(file) == before) stamp_ = before;
  return ledger_;
}

}  // namespace helper::settings
