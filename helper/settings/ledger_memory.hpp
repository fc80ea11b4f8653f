// LedgerMemory is the ledger as it was read last: it is read again only when its file is not the one of that time.
#pragma once

#include "settings/context.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <sys/types.h>

namespace helper::settings {

class LedgerMemory {
 public:
  // As load_ledger. One caller at a time.
  [[nodiscard]] Result<std::shared_ptr<const Ledger>> read(const Context& context);

 private:
  // What tells one state of a file from another. Times are nanoseconds since 1970.
  struct Stamp {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    std::int64_t modified = 0;
    std::int64_t changed = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  // nullopt when there is no file.
  [[nodiscard]] static std::optional<Stamp> stamp_of(const std::filesystem::path& file);
  // A file that was changed just now may change again without another time: a disk's clock ticks slowly.
  [[nodiscard]] static bool can_be_kept(const Stamp& stamp, const Clock& clock);

  std::optional<Stamp> stamp_;  // of ledger_
  std::shared_ptr<const Ledger> ledger_;
};

}  // namespace helper::settings
