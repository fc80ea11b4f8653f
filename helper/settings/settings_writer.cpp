#include "settings/settings_writer.hpp"

#include "base/diff.hpp"
#include "base/log.hpp"
#include "base/shell.hpp"
#include "base/text.hpp"
#include "config/find.hpp"
#include "settings/compare.hpp"
#include "settings/installed.hpp"
#include "settings/project_notes.hpp"
#include "settings/running.hpp"
#include "settings/split.hpp"
#include "settings/ssh_hosts.hpp"
#include "settings/undo.hpp"
#include "settings/write_edits.hpp"

#include <algorithm>

namespace helper::settings {
namespace {

using ide::Product;
using ide::Wanted;

// The products chosen. Error: usage.
Result<std::vector<Product>> chosen_products(const Paths& paths, const std::vector<std::string>& words) {
  const auto installed = find_installed(paths.home);
  std::vector<std::string> unknown;
  auto products = choose(installed, words, unknown);
  if (unknown.empty()) return products;
  std::string names;
  for (const auto& product : installed) names += (names.empty() ? "" : ", ") + name_of(product);
  return fail(ErrorCode::usage, "--ide " + unknown.front(),
              "there is no such IDE in " + config_root(paths.home).string(),
              names.empty() ? "start the IDE once, so that it makes its folder there" : "one of: " + names);
}

// Except the date, which only new entries have.
bool same(const Wanted& a, const Wanted& b) {
  return a.access == b.access && differences(a, b).empty() && a.name == b.name && a.home == b.home &&
         a.script == b.script && a.module == b.module && a.module_file == b.module_file &&
         a.configuration == b.configuration && a.tool_group == b.tool_group && a.has_pyproject == b.has_pyproject &&
         a.old_model == b.old_model;
}

void say_what_was_found(Report& report, const Order& order) {
  if (report.ides.empty())
    report.notes.emplace_back("no JetBrains IDE was found; one that was never started has no settings yet");
  for (const auto& ide : report.ides) {
    if (!ide.supported) report.notes.push_back(ide.name + " is older than 2020.3: its files are left as they are");
  }
  std::error_code absent;
  if (!order.project.empty() && !std::filesystem::is_directory(order.project, absent))
    report.notes.push_back("the project's folder " + order.project.string() + " is not on this machine");
}

std::vector<IdeReport> owners_of(const std::vector<Edit>& waiting, const std::vector<IdeReport>& ides) {
  std::vector<IdeReport> owners;
  std::ranges::copy_if(ides, std::back_inserter(owners), [&](const IdeReport& ide) {
    return std::ranges::any_of(waiting, [&](const Edit& edit) { return edit.place.folder == ide.folder; });
  });
  return owners;
}

void put_target(Ledger& ledger, const Order& order, const std::string& when) {
  const Applied* known = ledger.find_target(order.wanted.name);
  Applied applied{order.wanted, order.ssh_config || (known != nullptr && known->ssh), order.second_name_only, false,
                  when};
  applied.wanted.access.jupyter_url.clear();
  if (known != nullptr && known->ssh == applied.ssh && known->second_only == applied.second_only && !known->gone &&
      same(known->wanted, applied.wanted))
    return;
  ledger.put_target(std::move(applied));
}

}  // namespace

// What must be done, as the files are now.
struct SettingsWriter::Plan {
  Ledger ledger;
  std::vector<Pending> pending;
  std::vector<Edit> all;      // in order
  std::vector<Edit> at_once;  // those of them that wait for no IDE
  std::vector<Edit> waiting;
  Report report;
  Order order;  // of an apply

  void split(bool now, bool with_project) {
    at_once = all;
    waiting = now ? std::vector<Edit>{} : take_waiting(at_once, report.ides, with_project);
  }

  void replace_pending(Pending::What what, const Wanted& wanted, const std::string& when) {
    const bool with_project =
        std::ranges::any_of(waiting, [](const Edit& edit) { return edit.place.owner == k_project; });
    for (const auto& ide : report.ides) {
      drop_pending(pending, wanted.name, ide.folder);
      const bool waits = std::ranges::any_of(waiting, [&](const Edit& e) { return e.place.folder == ide.folder; });
      if (!waits) continue;
      Pending entry{what, wanted, ide.folder, ide.pid, when};
      if (with_project) {
        entry.project = order.project;
        entry.run_configuration = order.run_configuration;
      }
      put_pending(pending, std::move(entry));
    }
  }

  // A program that took the number of an IDE that crashed is known by its name.
  void tell_why_it_waits() {
    for (const auto& ide : owners_of(waiting, report.ides)) {
      const auto words = ide.pid == 0 ? std::nullopt : command_line(ide.pid);
      if (!words || words->empty()) continue;
      report.notes.push_back(ide.name + " counts as running: its .lock names process " + std::to_string(ide.pid) +
                             ", " + printable(words->substr(0, words->find('\0')), 200));
    }
  }

  void tell(const std::function<const char*(const Edit&)>& word) {
    report_edits(report, at_once, word);
    report_edits(report, waiting, [](const Edit&) { return outcome::k_prepared; });
  }
};

Result<SettingsWriter::Plan> SettingsWriter::plan_apply(const Order& order) {
  Plan plan;
  HELPER_TRY_ASSIGN(plan.ledger, load_ledger(context()));
  HELPER_TRY_ASSIGN(plan.pending, load_pending(context()));
  HELPER_TRY_ASSIGN(auto products, chosen_products(paths_, order.ides));
  plan.report.target = order.wanted.access.target;
  plan.report.dry_run = order.dry_run;
  plan.report.ides = look_at(products);
  say_what_was_found(plan.report, order);
  for (const auto& name : find_never_started(files_, install_roots(paths_.home), config_root(paths_.home)))
    plan.report.notes.push_back(name +
                                " was never started and has no settings yet: start it once, then run this again");
  std::erase_if(products, [](const Product& product) { return !is_supported(product); });
  plan.order = order;
  HELPER_TRY(complete(context(), plan.order, products));
  plan.all = application_edits(context(), plan.order.wanted, products);
  const auto of_project = project_edits(context(), plan.ledger, plan.order, products);
  plan.all.insert(plan.all.end(), of_project.begin(), of_project.end());
  if (order.ssh_config) {
    const auto of_ssh = ssh_edits(context(), plan.order.wanted);
    plan.all.insert(plan.all.end(), of_ssh.begin(), of_ssh.end());
  }
  refuse_unwritable(plan.all, order.follow_links);
  leave_what_refers_to_nothing(plan.all);
  std::string told = told_of_other_interpreter(files_, formats_, plan.ledger, order.wanted.name, true);
  if (!told.empty()) plan.report.notes.push_back(std::move(told));
  const auto notes = project_notes(plan.order, formats_, plan.all);
  plan.report.notes.insert(plan.report.notes.end(), notes.begin(), notes.end());
  return plan;
}

Result<SettingsWriter::Plan> SettingsWriter::plan_and_ask(std::unique_lock<std::mutex>& lock, const MakePlan& make,
                                                          bool now, bool with_project, const AskNow& ask) {
  HELPER_TRY_ASSIGN(Plan plan, make());
  plan.split(now, with_project);
  if (plan.waiting.empty() || !ask) return plan;
  lock.unlock();  // an answer may take minutes
  const auto answer = ask(owners_of(plan.waiting, plan.report.ides));
  lock.lock();
  HELPER_TRY(answer);
  HELPER_TRY_ASSIGN(plan, make());
  plan.split(*answer, with_project);
  return plan;
}

Result<Report> SettingsWriter::apply(const Order& asked, const AskNow& ask) {
  std::unique_lock lock(mutex_);
  HELPER_TRY_ASSIGN(Plan plan,
                    plan_and_ask(
                        lock, [&] { return plan_apply(asked); }, asked.now, true, asked.dry_run ? AskNow{} : ask));
  const Order& order = plan.order;
  const std::string when = now_text(clock_);
  const Ledger before = plan.ledger;
  put_target(plan.ledger, order, when);
  mark_gone(plan.ledger);
  // The Include comes after what it names.
  const auto hosts = order.ssh_config ? write_hosts(plan.ledger, order.dry_run) : std::nullopt;
  if (!order.dry_run) {
    for (const Edit& edit : plan.at_once) {
      if (!edit.refused && !edit.changes()) note_presence(plan.ledger, edit, order.wanted.name, when);
    }
    note_shared_modules(plan.ledger, plan.at_once, order.wanted.name);
    const bool unsaved = plan.ledger != before && std::ranges::none_of(plan.at_once, &Edit::changes);
    if (unsaved) HELPER_TRY(save_ledger(context(), plan.ledger));
    const auto remade = [&](const Edit& edit) { return remake(context(), edit.place, order.wanted, edit.product); };
    HELPER_TRY(write_edits(context(), plan.ledger, plan.at_once, order.wanted, remade));
    const auto pending = plan.pending;
    plan.replace_pending(Pending::What::apply, order.wanted, when);
    if (plan.pending != pending) HELPER_TRY(save_pending(context(), plan.pending));
  }
  plan.tell([](const Edit&) { return outcome::k_written; });
  plan.tell_why_it_waits();
  if (hosts) plan.report.files.push_back(*hosts);
  return plan.report;
}

Result<SettingsWriter::Plan> SettingsWriter::plan_undo(const UndoOrder& order) {
  Plan plan;
  HELPER_TRY_ASSIGN(plan.ledger, load_ledger(context()));
  HELPER_TRY_ASSIGN(plan.pending, load_pending(context()));
  HELPER_TRY_ASSIGN(const auto products, chosen_products(paths_, order.ides));
  const auto& name = order.wanted.name;
  const bool waits = std::ranges::any_of(plan.pending, [&](const Pending& p) { return p.wanted.name == name; });
  if (plan.ledger.find_target(name) == nullptr && !waits) {
    return fail(ErrorCode::not_ready, order.wanted.access.target,
                "no settings of it were applied" + told_of_gone(files_, plan.ledger),
                "helper settings apply " + order.wanted.access.target);
  }
  plan.report.target = order.wanted.access.target;
  plan.report.dry_run = order.dry_run;
  plan.report.ides = look_at(products);
  note_renamed_module(context(), plan.ledger, name);
  plan.all = undo_edits(context(), plan.ledger, order.wanted);
  if (!order.ides.empty()) {
    std::erase_if(plan.all, [&](const Edit& edit) {
      return std::ranges::none_of(plan.report.ides,
                                  [&](const IdeReport& ide) { return ide.folder == edit.place.folder; });
    });
  }
  refuse_unwritable(plan.all, order.follow_links);
  return plan;
}

Result<Report> SettingsWriter::undo(const UndoOrder& order, const AskNow& ask) {
  std::unique_lock lock(mutex_);
  HELPER_TRY_ASSIGN(Plan plan,
                    plan_and_ask(
                        lock, [&] { return plan_undo(order); }, order.now, false, order.dry_run ? AskNow{} : ask));
  const std::string& name = order.wanted.name;
  const Ledger before = plan.ledger;
  if (!order.dry_run) {
    take_back(context(), plan.ledger, plan.at_once, name,
              [&](const Edit& edit) { return undo_edit(context(), before, edit.place, order.wanted); });
    const Applied* applied = before.find_target(name);
    plan.replace_pending(Pending::What::undo, applied == nullptr ? order.wanted : applied->wanted, now_text(clock_));
    HELPER_TRY(save_pending(context(), plan.pending));
  }
  const auto target = std::ranges::find(plan.ledger.targets, name, [](const Applied& a) { return a.wanted.name; });
  if (order.ides.empty() && target != plan.ledger.targets.end()) target->ssh = false;
  mark_gone(plan.ledger);
  const auto hosts = write_hosts(plan.ledger, order.dry_run);
  if (!order.dry_run) {
    plan.ledger.drop_idle_targets();
    HELPER_TRY(save_ledger(context(), plan.ledger));
    drop_backups(context(), plan.ledger);
  }
  plan.tell([&](const Edit& edit) { return undo_outcome(before, edit, name); });
  if (hosts) plan.report.files.push_back(*hosts);
  return plan.report;
}

Result<Wanted> SettingsWriter::find_applied(const std::string& config_file, const std::string& word, const Error& why) {
  const std::scoped_lock lock(mutex_);
  HELPER_TRY_ASSIGN(const Ledger ledger, load_ledger(context()));
  auto found = ledger.targets_called(word);
  const auto is_of_config = [&](const Applied* each) { return each->wanted.config_file == config_file; };
  if (std::ranges::any_of(found, is_of_config) || word.empty())
    std::erase_if(found, [&](const Applied* each) { return !is_of_config(each); });
  if (found.size() == 1) return found.front()->wanted;
  if (found.empty()) {
    Error error = why;
    error.cause += told_of_gone(files_, ledger);
    return fail(std::move(error));
  }
  std::vector<std::string> names;
  for (const Applied* each : found) names.push_back(each->wanted.name);
  return fail(ErrorCode::usage, word.empty() ? config_file : word, "settings of several targets fit: " + joined(names),
              "helper settings undo " + shell::quote(names.front()));
}

std::optional<FileReport> SettingsWriter::write_hosts(const Ledger& ledger, bool dry_run) {
  const auto file = paths_.ssh_hosts();
  FileReport report{k_ssh, file.string(), outcome::k_unchanged};
  const auto taken = [&](const std::string& name) {
    return is_own_host(files_, ssh_config_file(paths_), file, paths_.home, name);
  };
  const auto before = files_.read(file);
  const auto after = hosts_text(ledger.targets, taken, keywords_of_ssh());
  if (before && after && before->value_or("") == *after) {
    return after->empty() ? std::nullopt : std::optional(report);
  }
  Result<void> done;
  if (!before) {
    done = fail(before.error());
  } else if (!after) {
    done = fail(after.error());
  } else if (dry_run) {
    report.diff = unified_diff(before->value_or(""), *after, {file.string(), file.string()});
  } else {
    done = after->empty() ? files_.remove(file) : files_.write(file, *after, 0600);
  }
  report.outcome = !done ? outcome::k_left : after->empty() ? outcome::k_removed : outcome::k_written;
  if (!done) report.error = done.error();
  return report;
}

Result<std::shared_ptr<const Ledger>> SettingsWriter::put_gone(const std::string& name, bool gone) {
  HELPER_TRY_ASSIGN(auto known, memory_.read(context()));
  const Applied* target = known->find_target(name);
  if (target == nullptr || !target->ssh || target->gone == gone) return known;
  auto ledger = std::make_shared<Ledger>(*known);
  std::ranges::find(ledger->targets, name, [](const Applied& a) { return a.wanted.name; })->gone = gone;
  mark_gone(*ledger);
  const auto hosts = write_hosts(*ledger, false);
  if (hosts && hosts->error) return fail(*hosts->error);
  HELPER_TRY(save_ledger(context(), *ledger));
  return ledger;
}

bool SettingsWriter::mark_gone(Ledger& ledger) const {
  bool any = false;
  for (Applied& target : ledger.targets) {
    const auto& wanted = target.wanted;
    if (!target.ssh || target.gone || wanted.config_file.empty()) continue;
    if (!config::is_gone(files_, wanted.config_file, wanted.access.target)) continue;
    target.gone = any = true;
  }
  return any;
}

Result<void> SettingsWriter::leave_out_gone() {
  const std::scoped_lock lock(mutex_);
  HELPER_TRY_ASSIGN(const auto known, memory_.read(context()));
  Ledger ledger = *known;
  if (!mark_gone(ledger)) return {};
  const auto hosts = write_hosts(ledger, false);
  if (hosts && hosts->error) return fail(*hosts->error);
  return save_ledger(context(), ledger);
}

Result<void> SettingsWriter::set_gone(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  HELPER_TRY(put_gone(name, true));
  return {};
}

Result<std::optional<std::string>> SettingsWriter::set_ready(const Wanted& wanted) {
  const std::scoped_lock lock(mutex_);
  HELPER_TRY_ASSIGN(const auto ledger, put_gone(wanted.name, false));
  const Applied* target = ledger->find_target(wanted.name);
  if (target == nullptr) return std::nullopt;
  return differences(target->wanted, wanted);
}

Result<void> SettingsWriter::settle_one(const Pending& entry) {
  HELPER_TRY_ASSIGN(Ledger ledger, load_ledger(context()));
  const std::string& name = entry.wanted.name;
  std::vector<Edit> edits;
  if (entry.what == Pending::What::apply) {
    auto product = parse_folder_name(entry.folder.filename().string());
    std::error_code absent;
    if (!product || !std::filesystem::is_directory(entry.folder, absent)) return {};  // it was taken off this machine
    product->config_folder = entry.folder;
    edits = application_edits(context(), entry.wanted, {*product});
    if (!entry.project.empty()) {
      Order order;
      order.wanted = entry.wanted;
      order.project = entry.project;
      order.run_configuration = entry.run_configuration;
      const auto of_project = project_edits(context(), ledger, order, {*product});
      edits.insert(edits.end(), of_project.begin(), of_project.end());
    }
    refuse_unwritable(edits, false);
    leave_what_refers_to_nothing(edits);
    HELPER_TRY(write_edits(context(), ledger, edits, entry.wanted, [&](const Edit& edit) {
      return remake(context(), edit.place, entry.wanted, edit.product);
    }));
  } else {
    const Ledger before = ledger;
    edits = undo_edits(context(), ledger, entry.wanted);
    std::erase_if(edits, [&](const Edit& edit) { return edit.place.folder != entry.folder; });
    refuse_unwritable(edits, false);
    take_back(context(), ledger, edits, name,
              [&](const Edit& edit) { return undo_edit(context(), before, edit.place, entry.wanted); });
    ledger.drop_idle_targets();
    HELPER_TRY(save_ledger(context(), ledger));
    drop_backups(context(), ledger);
  }
  for (const Edit& edit : edits) {
    if (edit.refused) log_warning("settings of {}: {}", name, to_text(*edit.refused));
    if (edit.changes())
      log_info("settings of {}: {} is written, for its IDE has closed", name, edit.place.file.string());
  }
  return {};
}

Result<bool> SettingsWriter::settle() {
  const std::scoped_lock lock(mutex_);
  HELPER_TRY_ASSIGN(const auto pending, load_pending(context()));
  if (pending.empty()) return false;
  std::vector<Pending> rest;
  std::optional<Error> trouble;
  for (const Pending& entry : pending) {
    // An IDE lets go of its lock a little before it ends.
    const bool runs = running_ide(entry.folder) || still_runs({entry.pid});
    const auto done = runs ? Result<void>{} : settle_one(entry);
    if (!done) trouble = done.error();
    if (runs || !done) rest.push_back(entry);
  }
  if (rest != pending) HELPER_TRY(save_pending(context(), rest));
  if (trouble) return fail(*trouble);
  return !rest.empty();
}

}  // namespace helper::settings
