#include "settings/project_notes.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace helper::settings {
namespace {

namespace fs = std::filesystem;
using ide::FileKind;
using ide::Wanted;

constexpr int k_deepest = 4;
constexpr int k_most_entries = 20'000;
constexpr std::size_t k_most_named = 5;

bool is_skipped(const std::string& name) {
  constexpr std::array<std::string_view, 6> k_skipped{"node_modules", "venv",          "env",
                                                      "__pycache__",  "site-packages", "build"};
  return name.starts_with(".") || std::ranges::find(k_skipped, name) != k_skipped.end();
}

// The folders below the project that have a pyproject.toml of their own.
std::vector<std::string> other_pyprojects(const fs::path& project) {
  std::vector<std::string> folders;
  std::error_code failed;
  int seen = 0;
  auto entry = fs::recursive_directory_iterator(project, fs::directory_options::skip_permission_denied, failed);
  for (; !failed && entry != fs::recursive_directory_iterator() && ++seen < k_most_entries; entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    std::error_code absent;
    if (entry->is_directory(absent)) {
      if (is_skipped(name) || entry.depth() >= k_deepest) entry.disable_recursion_pending();
    } else if (name == "pyproject.toml" && entry.depth() > 0) {
      folders.push_back(printable(entry->path().parent_path().lexically_relative(project).string()));
    }
  }
  std::ranges::sort(folders);
  return folders;
}

std::string named(std::vector<std::string> folders) {
  const std::size_t all = folders.size();
  if (all > k_most_named) folders.resize(k_most_named);
  return joined(folders) + (all > k_most_named ? " and " + std::to_string(all - k_most_named) + " more" : "");
}

const Edit* edit_of(const std::vector<Edit>& edits, FileKind kind) {
  const auto found = std::ranges::find_if(
      edits, [&](const Edit& edit) { return edit.place.kind == kind && edit.place.owner == k_project; });
  return found == edits.end() ? nullptr : &*found;
}

// The record of a module or of misc.xml of that project, with entries of that target.
bool has_record(const Ledger& ledger, const fs::path& project, const std::string& name) {
  return std::ranges::any_of(ledger.records, [&](const Record& record) {
    const auto kind = record.place.kind;
    const fs::path below = record.place.file.lexically_relative(project);
    return (kind == FileKind::misc || kind == FileKind::module) && !below.empty() && *below.begin() != ".." &&
           std::ranges::find(record.names, name) != record.names.end();
  });
}

}  // namespace

std::optional<OtherInterpreter> other_interpreter(FileStore& files, const Formats& formats, const Ledger& ledger,
                                                  const std::string& name) {
  const Applied* target = ledger.find_target(name);
  const fs::path project = target == nullptr ? "" : target->wanted.access.project_local;
  if (project.empty() || !has_record(ledger, project, name)) return std::nullopt;
  const auto read = reader_of(files, project);
  Wanted wanted = target->wanted;
  wanted.script.clear();
  const auto now = formats.with_project(wanted, read);
  if (!now) return std::nullopt;
  const std::string misc = ".idea/misc.xml";
  for (const auto& [kind, file] : {std::pair{FileKind::module, now->module_file}, std::pair{FileKind::misc, misc}}) {
    const auto text = file.empty() ? std::nullopt : read(file);
    const auto interpreter = text ? formats.named_interpreter(kind, *text) : std::nullopt;
    if (!interpreter) continue;  // of a module: it follows the project
    if (*interpreter == ide::sdk_name(wanted)) return std::nullopt;
    return OtherInterpreter{*interpreter, project / file};
  }
  return std::nullopt;
}

std::string told_of_other_interpreter(FileStore& files, const Formats& formats, const Ledger& ledger,
                                      const std::string& name, bool applying) {
  const auto other = other_interpreter(files, formats, ledger, name);
  if (!other) return {};
  const std::string file = printable(other->file.string(), 400);
  const std::string what = other->name.empty()
                               ? file + " names no Python interpreter any more"
                               : file + " names another interpreter now, \"" + printable(other->name) + "\"";
  const std::string replaced = what + ": an IDE or a person has replaced ours";
  if (applying) return replaced + ", and this puts ours back";
  return replaced + "; to put ours back, close the IDE, then: helper settings apply " +
         shell::quote(ledger.find_target(name)->wanted.access.target);
}

void note_renamed_module(const Context& context, Ledger& ledger, const std::string& name) {
  const Applied* target = ledger.find_target(name);
  const fs::path project = target == nullptr ? "" : target->wanted.access.project_local;
  if (project.empty() || !has_record(ledger, project, name)) return;
  const auto read = reader_of(context.files, project);
  Wanted wanted = target->wanted;
  wanted.script.clear();
  const auto now = context.formats.with_project(wanted, read);
  if (!now || now->module_file.empty()) return;
  const auto text = read(now->module_file);
  if (!text || context.formats.named_interpreter(FileKind::module, *text) != ide::sdk_name(wanted)) return;
  const Place place{FileKind::module, (project / now->module_file).lexically_normal(), k_project, {}};
  // One that a colleague committed has no record either, and then the file that we wrote is still there.
  std::error_code failed;
  const bool ours_went = std::ranges::any_of(ledger.records, [&](const Record& record) {
    return record.place.kind == FileKind::module && record.place.file.parent_path() == place.file.parent_path() &&
           std::ranges::find(record.names, name) != record.names.end() && !fs::exists(record.place.file, failed);
  });
  if (!ours_went || ledger.find_record(place.file) != nullptr) return;
  Record& record = ledger.records.emplace_back();
  record.place = place;
  record.exact = false;
  record.left = sha_of(text);
  record.when = now_text(context.clock);
  record.names = {name};
}

std::vector<std::string> project_notes(const Order& order, const Formats& formats, const std::vector<Edit>& edits) {
  std::vector<std::string> notes;
  const Wanted& wanted = order.wanted;
  const Edit* misc = edit_of(edits, FileKind::misc);
  const Edit* module = edit_of(edits, FileKind::module);
  if (misc == nullptr || misc->refused) return notes;
  if (wanted.has_pyproject && !wanted.old_model) {
    const auto others = other_pyprojects(order.project);
    if (!others.empty())
      notes.push_back("pyproject.toml is also in " + named(others) +
                      ": PyCharm 2026.2 and later makes a module of each; the interpreter is written for " +
                      printable(wanted.module) + " only, choose those of the others in the IDE");
  }
  std::optional<std::string> interpreter;
  const Edit* from = misc;
  if (module != nullptr && !module->refused && module->after) {
    interpreter = formats.named_interpreter(FileKind::module, *module->after);
    if (interpreter) from = module;
  } else if (module == nullptr && !wanted.module.empty()) {
    notes.push_back("the project has several modules, and none of them holds " +
                    printable(order.project.string(), 400) +
                    ": choose their interpreter in the IDE (Settings > Project > Python Interpreter)");
  }
  if (!interpreter && misc->after) interpreter = formats.named_interpreter(FileKind::misc, *misc->after);
  if (interpreter && *interpreter != ide::sdk_name(wanted))
    notes.push_back(printable(from->place.file.string(), 400) +
                    " is not of a Python project, and stays as it is: choose the interpreter \"" +
                    ide::sdk_name(wanted) + "\" in the IDE (Settings > Project > Python Interpreter)");
  return notes;
}

}  // namespace helper::settings
