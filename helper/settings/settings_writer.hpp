// SettingsWriter writes the settings of targets into the files of IDEs and of ssh, takes them out again, and does later
// what has to wait for an IDE to close. It is the one place that writes these files. Safe from any thread.
#pragma once

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/paths.hpp"
#include "settings/gather.hpp"
#include "settings/ledger_memory.hpp"
#include "settings/report.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace helper::settings {

// Asked for IDEs that run: may their files be written anyway? An error ends the request.
using AskNow = std::function<Result<bool>(const std::vector<IdeReport>& running)>;

struct UndoOrder {
  ide::Wanted wanted;             // of which the name counts
  std::vector<std::string> ides;  // only their files; none: all files
  bool now = false;
  bool follow_links = false;
  bool dry_run = false;
};

class SettingsWriter {
 public:
  SettingsWriter(const Paths& paths, FileStore& files, Clock& clock, Formats formats)
      : paths_(paths), files_(files), clock_(clock), formats_(std::move(formats)) {}

  // Everything is read and decided before anything is written. A file that is refused is reported as left, and
  // the others are written. Errors: usage (an IDE named that is not installed), file_failed (the ledger).
  [[nodiscard]] Result<Report> apply(const Order& asked, const AskNow& ask);

  // Error: not_ready when nothing was applied for that target.
  [[nodiscard]] Result<Report> undo(const UndoOrder& order, const AskNow& ask);

  // What was applied for a target that its config does not give: the config is gone, cannot be read, or has it no more.
  // `word` is the name of a target, or of its entries ("centernet of my_project"). Errors: `why` when there is no such
  // target in the ledger, usage when there are several, file_failed.
  [[nodiscard]] Result<ide::Wanted> find_applied(const std::string& config_file, const std::string& word,
                                                 const Error& why);

  // The target's container was removed: takes its Host block away. Nothing to do for a target that is to have none.
  [[nodiscard]] Result<void> set_gone(const std::string& name);
  // The target is ready: puts its Host block back, and tells in what the settings that were applied differ from those
  // wanted now: "Python, port"; "" when in nothing; nullopt when none were applied.
  [[nodiscard]] Result<std::optional<std::string>> set_ready(const ide::Wanted& wanted);

  // The Host blocks of targets that no config has any more go, until there is such a config again and its target is
  // ready.
  [[nodiscard]] Result<void> leave_out_gone();

  // Does what waits for IDEs that have closed since; true when something still waits. What fails waits on.
  [[nodiscard]] Result<bool> settle();

 private:
  [[nodiscard]] Context context() { return {paths_, files_, clock_, formats_}; }
  struct Plan;
  using MakePlan = std::function<Result<Plan>()>;
  Result<Plan> plan_apply(const Order& order);
  Result<Plan> plan_undo(const UndoOrder& order);
  // The plan, and what of it has to wait: asked for without the lock, and then made again.
  static Result<Plan> plan_and_ask(std::unique_lock<std::mutex>& lock, const MakePlan& make, bool now,
                                   bool with_project, const AskNow& ask);
  // Our own file of Host blocks as the ledger says; nullopt when there is nothing to report.
  std::optional<FileReport> write_hosts(const Ledger& ledger, bool dry_run);
  Result<void> settle_one(const Pending& entry);
  // True when a target of the ledger that is to have a Host block was marked as gone with its config.
  bool mark_gone(Ledger& ledger) const;
  // The target's Host block is there or away from now on. The ledger as it is then.
  Result<std::shared_ptr<const Ledger>> put_gone(const std::string& name, bool gone);

  const Paths& paths_;
  FileStore& files_;
  Clock& clock_;
  const Formats formats_;
  std::mutex mutex_;
  LedgerMemory memory_;
};

}  // namespace helper::settings
