// TrustBook is the record of the configs that this person has approved, by content: one file, shared by the daemon and
// the command. Safe from any thread.
#pragma once

#include "base/clock.hpp"
#include "base/files.hpp"
#include "base/paths.hpp"
#include "ensure/report.hpp"
#include "ensure/trust_look.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace helper::ensure {

struct Approval {
  std::string digest;  // "" = withdrawn: nothing is approved, and nothing is taken over from before
  std::string how;
  std::string when;
  std::vector<config::ApprovedPower> powers;  // without those of a look that has values of the environment
};

struct TrustRecord {
  std::string since;                         // when this record was begun
  std::int64_t since_time = 0;               // the same, in nanoseconds since 1970
  std::vector<std::string> used_targets;     // that had host keys here by then
  std::vector<std::string> used_configs;     // that had settings applied by then
  std::map<std::string, Approval> approved;  // by the config's real path
};
// Error: file_failed when the text is no such record.
[[nodiscard]] Result<TrustRecord> parse_trust_record(std::string_view text, const std::filesystem::path& file);
[[nodiscard]] std::string to_text(const TrustRecord& record);

class TrustBook {
 public:
  TrustBook(const Paths& paths, FileStore& files, const Clock& clock) : paths_(paths), files_(files), clock_(clock) {}

  struct Standing {
    bool trusted = false;
    std::string note;                           // "" or what to tell the person: its earlier approval was adopted
    std::shared_ptr<const TrustLook> look;      // never null
    std::vector<config::ApprovedPower> before;  // of the approval that no longer holds
    bool known = false;                         // there is such an approval
  };
  // Whether the config is trusted now. With `take_over` the person's own config, and those that were in use when the
  // record was begun, are approved here as they are, once. Errors: those of look_at_config, file_failed.
  [[nodiscard]] Result<Standing> standing(const std::filesystem::path& file, const config::LocalVariable& variable,
                                          bool take_over);
  // Of a config that was let in with `digest`: config_untrusted when what it does has changed since.
  [[nodiscard]] Result<void> still_approved(const std::filesystem::path& file, const config::LocalVariable& variable,
                                            const std::string& digest);
  // Approves what `look` has seen; nobody asks any more.
  [[nodiscard]] Result<void> approve(const TrustLook& look, const std::string& how);
  // False when it was not approved.
  [[nodiscard]] Result<bool> withdraw(const std::filesystem::path& file);
  [[nodiscard]] Result<TrustList> list();

 private:
  using Change = std::function<bool(TrustRecord& record)>;  // false: nothing to write
  Result<bool> read();                                      // into record_; false: there is no record yet
  Result<void> load();                                      // the same, and begins it
  [[nodiscard]] TrustRecord begin() const;
  Result<void> update(const Change& change);
  [[nodiscard]] std::string reason_to_take_over(const TrustRecord& record, const std::filesystem::path& file,
                                                const TrustLook& look) const;
  Result<std::shared_ptr<const TrustLook>> look(const std::filesystem::path& file,
                                                const config::LocalVariable& variable, bool take_over);

  const Paths& paths_;
  FileStore& files_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::filesystem::path, std::shared_ptr<const TrustLook>> looks_;
  Stamp record_stamp_;
  std::optional<TrustRecord> record_;
};

[[nodiscard]] TrustReport report_of(const TrustBook::Standing& standing, const std::filesystem::path& file);

// What is shown above the question: the file, then what it can do, or what has changed and what is outside the project.
[[nodiscard]] std::vector<std::string> lines_to_show(const TrustReport& report, const TrustLook& look);

// Where nobody can be asked: config_untrusted, with the command that allows it.
[[nodiscard]] Error untrusted(const TrustReport& report);

}  // namespace helper::ensure
