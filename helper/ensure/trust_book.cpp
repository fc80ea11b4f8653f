#include "ensure/trust_book.hpp"

#include "base/fd.hpp"
#include "base/log.hpp"
#include "base/shell.hpp"
#include "base/text.hpp"
#include "settings/context.hpp"
#include "settings/json_values.hpp"
#include "settings/ledger.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>

namespace helper::ensure {
namespace {

namespace fs = std::filesystem;
using config::ApprovedPower;
using settings::Json;

constexpr int k_version = 1;
constexpr mode_t k_mode = 0600;
constexpr std::size_t k_most_looks = 256;
// A file that was changed a moment ago may be changed again with no other time to show for it.
constexpr std::int64_t k_too_new = 100'000'000;  // nanoseconds

std::int64_t nanoseconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::ranges::find(list, text) != list.end();
}

Json to_json(const Approval& approval) {
  Json powers = Json::array();
  for (const auto& power : approval.powers) powers.push_back({power.text, power.detail});
  return {{"digest", approval.digest}, {"how", approval.how}, {"when", approval.when}, {"powers", std::move(powers)}};
}

Approval approval_from(const Json& json) {
  Approval approval{
      json.at("digest").get<std::string>(), json.at("how").get<std::string>(), json.at("when").get<std::string>(), {}};
  for (const auto& power : json.at("powers"))
    approval.powers.push_back({power.at(0).get<std::string>(), power.at(1).get<std::string>()});
  return approval;
}

// The configs that settings were applied for, by the ledger's own record.
std::vector<std::string> applied_configs(const Paths& paths, FileStore& files) {
  std::vector<std::string> configs;
  const auto text = files.read(paths.settings_ledger());
  if (!text || !*text) return configs;
  const auto ledger = settings::parse_ledger(**text, paths.settings_ledger());
  if (!ledger) return configs;
  for (const auto& applied : ledger->targets) {
    std::error_code bad;
    if (fs::exists(applied.wanted.config_file, bad)) configs.push_back(key_of(applied.wanted.config_file).string());
  }
  return configs;
}

std::vector<std::string> targets_with_host_keys(const Paths& paths) {
  std::vector<std::string> names;
  std::error_code absent;
  for (fs::directory_iterator at(paths.host_keys(""), absent), end; !absent && at != end; at.increment(absent))
    names.push_back(at->path().filename().string());
  return names;
}

// Held while the record is read, changed and written, by whichever process.
Result<Fd> lock_record(const Paths& paths) {
  std::error_code bad;
  fs::create_directories(paths.data, bad);
  const fs::path file = paths.data / "trust.lock";
  Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, k_mode));
  while (fd && ::flock(fd.get(), LOCK_EX) != 0) {
    if (errno == EINTR) continue;
    fd.reset();
  }
  if (!fd) return fail(ErrorCode::file_failed, file.string(), std::string("cannot be locked: ") + std::strerror(errno));
  return fd;
}

}  // namespace

Result<TrustRecord> parse_trust_record(std::string_view text, const fs::path& file) {
  return settings::parse_document<TrustRecord>(text, file, k_version, [](const Json& json) {
    TrustRecord record{json.at("since").get<std::string>(),
                       json.at("since_time").get<std::int64_t>(),
                       json.at("used_targets").get<std::vector<std::string>>(),
                       json.at("used_configs").get<std::vector<std::string>>(),
                       {}};
    for (const auto& [path, approval] : json.at("approved").items())
      record.approved.emplace(path, approval_from(approval));
    return record;
  });
}

std::string to_text(const TrustRecord& record) {
  Json approved = Json::object();
  for (const auto& [path, approval] : record.approved) approved[path] = to_json(approval);
  return settings::to_document({{"version", k_version},
                                {"since", record.since},
                                {"since_time", record.since_time},
                                {"used_targets", record.used_targets},
                                {"used_configs", record.used_configs},
                                {"approved", std::move(approved)}});
}

TrustRecord TrustBook::begin() const {
  return TrustRecord{settings::now_text(clock_),
                     nanoseconds(clock_.wall()),
                     targets_with_host_keys(paths_),
                     applied_configs(paths_, files_),
                     {}};
}

// Under mutex_.
Result<bool> TrustBook::read() {
  const fs::path file = paths_.trust_record();
  const Stamp stamp = stamp_of(file);
  if (record_ && stamp.itself && stamp == record_stamp_) return true;
  record_ = std::nullopt;
  HELPER_TRY_ASSIGN(const auto text, files_.read(file));
  if (!text) return false;
  HELPER_TRY_ASSIGN(record_, parse_trust_record(*text, file));
  record_stamp_ = stamp;
  return true;
}

// Under mutex_. A record that does not exist yet is begun and written at once: it says what was in use by now.
Result<void> TrustBook::load() {
  HELPER_TRY_ASSIGN(bool is_there, read());
  if (is_there) return {};
  HELPER_TRY(update([](TrustRecord&) { return false; }));
  HELPER_TRY_ASSIGN(is_there, read());
  if (is_there) return {};
  return fail(ErrorCode::file_failed, paths_.trust_record().string(), "it was removed in this moment", "try again");
}

// Under mutex_; the one place where a record is begun or written.
Result<void> TrustBook::update(const Change& change) {
  HELPER_TRY_ASSIGN(const Fd lock, lock_record(paths_));
  record_ = std::nullopt;  // another process may have written it since
  HELPER_TRY_ASSIGN(const bool is_there, read());
  if (!is_there) record_ = begin();
  const bool is_changed = change(*record_);
  if (is_there && !is_changed) return {};
  const std::string text = to_text(*record_);
  record_ = std::nullopt;  // what was written is read again, with its stamp
  return files_.write(paths_.trust_record(), text, k_mode);
}

// Files are read outside the lock: others ask meanwhile.
Result<std::shared_ptr<const TrustLook>> TrustBook::look(const fs::path& file, const config::LocalVariable& variable,
                                                         bool take_over) {
  Cover cover = Cover::all;
  {
    const std::scoped_lock lock(mutex_);
    HELPER_TRY(load());
    const auto approval = record_->approved.find(key_of(file).string());
    const bool is_approved = approval != record_->approved.end() && !approval->second.digest.empty();
    if (take_over && !is_approved) cover = Cover::mine;  // who asks for the approval itself sees all that it covers
    if (const auto at = looks_.find(file); at != looks_.end()) {
      const auto& kept = *at->second;
      const bool same = (kept.covers || cover == Cover::mine) &&
                        std::ranges::all_of(kept.stamps, [](const Stamp& s) { return stamp_of(s.path) == s; });
      if (same) return at->second;
      looks_.erase(at);
    }
  }
  HELPER_TRY_ASSIGN(auto look, look_at_config(files_, file, variable, cover));
  auto kept = std::make_shared<const TrustLook>(std::move(look));
  const bool too_new = kept->newest + k_too_new > nanoseconds(clock_.wall());
  if (!kept->stamps.empty() && !too_new) {
    const std::scoped_lock lock(mutex_);
    if (looks_.size() >= k_most_looks) looks_.clear();
    looks_[file] = kept;
  }
  return kept;
}

std::string TrustBook::reason_to_take_over(const TrustRecord& record, const fs::path& file,
                                           const TrustLook& look) const {
  if (look.others) return {};
  if (file == paths_.user_config_file) return "own";
  if (contains(record.used_configs, look.key.string())) return "upgrade";
  if (look.newest >= record.since_time) return {};
  const auto used = [&](const std::string& target) { return contains(record.used_targets, target); };
  // Each of them: a cloned config may have the name of one by chance, or on purpose.
  return !look.targets.empty() && std::ranges::all_of(look.targets, used) ? "upgrade" : "";
}

Result<TrustBook::Standing> TrustBook::standing(const fs::path& file, const config::LocalVariable& variable,
                                                bool take_over) {
  Standing standing;
  HELPER_TRY_ASSIGN(standing.look, look(file, variable, take_over));
  const std::scoped_lock lock(mutex_);
  HELPER_TRY(load());
  const TrustRecord& record = *record_;
  const auto at = record.approved.find(standing.look->key.string());
  if (at != record.approved.end()) {
    standing.trusted = at->second.digest == standing.look->digest;
    standing.known = !at->second.digest.empty();
    if (!standing.trusted) standing.before = at->second.powers;
    return standing;
  }
  const std::string how = take_over ? reason_to_take_over(record, file, *standing.look) : "";
  if (how.empty()) return standing;
  const Approval approval{standing.look->digest, how, settings::now_text(clock_),
                          standing.look->has_values ? std::vector<ApprovedPower>{} : standing.look->kept};
  HELPER_TRY(update([&](TrustRecord& now) {
    // A target's name counts for one config: helper asks about the next one with that name.
    if (how == "upgrade")
      std::erase_if(now.used_targets, [&](const auto& name) { return contains(standing.look->targets, name); });
    return now.approved.emplace(standing.look->key.string(), approval).second;
  }));
  standing.trusted = true;
  standing.note = printable(file.string(), 400) + " is trusted as it is, this once: " +
                  (how == "own" ? "it is your own config" : "it was in use before helper asked") +
                  " (helper trust --list)";
  log_info("trust: {}", standing.note);
  return standing;
}

Result<void> TrustBook::still_approved(const fs::path& file, const config::LocalVariable& variable,
                                       const std::string& digest) {
  HELPER_TRY_ASSIGN(const auto now, standing(file, variable, false));
  if (!now.trusted) return fail(untrusted(report_of(now, file)));
  if (now.look->digest == digest) return {};
  return fail(ErrorCode::config_untrusted, file.string(), "it has changed since this was begun", "try again");
}

Result<void> TrustBook::approve(const TrustLook& look, const std::string& how) {
  const std::scoped_lock lock(mutex_);
  const Approval approval{look.digest, how, settings::now_text(clock_),
                          look.has_values ? std::vector<ApprovedPower>{} : look.kept};
  log_info("trust: {} is approved ({}), digest {}", look.key.string(), how, look.digest);
  return update([&](TrustRecord& record) {
    record.approved[look.key.string()] = approval;
    return true;
  });
}

Result<bool> TrustBook::withdraw(const fs::path& file) {
  const std::scoped_lock lock(mutex_);
  const std::string key = key_of(file).string();
  bool was_approved = false;
  HELPER_TRY(update([&](TrustRecord& record) {
    Approval& approval = record.approved[key];
    was_approved = !approval.digest.empty();
    approval = {"", "withdrawn", settings::now_text(clock_), {}};
    return true;
  }));
  return was_approved;
}

Result<TrustList> TrustBook::list() {
  const std::scoped_lock lock(mutex_);
  HELPER_TRY(load());
  TrustList list;
  for (const auto& [path, approval] : record_->approved) {
    if (approval.digest.empty()) continue;
    TrustEntry entry{path, approval.how, approval.when, {}};
    for (const auto& power : approval.powers) entry.powers.push_back(power.text);
    list.entries.push_back(std::move(entry));
  }
  return list;
}

TrustReport report_of(const TrustBook::Standing& standing, const fs::path& file) {
  const auto& look = *standing.look;
  TrustReport report{file.string(), "trusted", look.others.value_or(""), look.digest, {}, {}};
  for (const auto& power : look.powers) report.powers.push_back(power.text);
  if (standing.trusted) return report;
  report.state = look.others ? "refused" : standing.known ? "changed" : "new";
  if (standing.known && !standing.before.empty()) report.changes = config::changes_between(standing.before, look.kept);
  return report;
}

std::vector<std::string> lines_to_show(const TrustReport& report, const TrustLook& look) {
  const std::string file = printable(report.config_file, 4096);
  std::vector<std::string> lines;
  const auto add = [&](const std::string& line) { lines.push_back("  " + line); };
  if (report.changes.empty()) {
    lines.push_back(report.state == "changed" ? file + " has changed since you approved it. Now it does this:"
                                              : "You have not approved " + file + " yet. It does this:");
    for (const auto& power : report.powers) add(power);
    return lines;
  }
  lines.push_back(file + " has changed since you approved it:");
  for (const auto& change : report.changes) add(change);
  for (const auto& power : look.powers) {
    const bool told = std::ranges::any_of(report.changes, [&](const auto& line) { return line.ends_with(power.text); });
    if (power.always && !told) add("as before: " + power.text);
  }
  return lines;
}

Error untrusted(const TrustReport& report) {
  const std::string file = printable(report.config_file, 4096);
  const std::string fix = shell::quote({"helper", "trust", report.config_file});
  if (report.state == "refused")
    return {ErrorCode::config_untrusted, file, report.cause + "; other users can change what this config does", fix};
  if (report.changes.empty()) {
    return {ErrorCode::config_untrusted, file,
            report.state == "changed" ? "it has changed since you approved it" : "you have not approved it yet", fix};
  }
  return {ErrorCode::config_untrusted, file,
          "it has changed since you approved it (" + printable(report.changes.front(), 200) +
              (report.changes.size() > 1 ? ", and more" : "") + ")",
          fix};
}

}  // namespace helper::ensure
