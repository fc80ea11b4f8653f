#include "cli/render/settings.hpp"

#include "base/shell.hpp"
#include "cli/render/render.hpp"
#include "cli/render/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace helper::cli {
namespace {

namespace outcome = settings::outcome;

std::string outcome_text(const settings::FileReport& file, bool dry_run) {
  if (file.outcome == outcome::k_prepared)
    return dry_run ? "would be written when its IDE closes" : "is prepared, and written when its IDE closes";
  if (file.outcome == outcome::k_left) return "is left as it is";
  if (file.outcome == outcome::k_restored) return dry_run ? "would be as it was before" : "is as it was before";
  if (file.outcome == outcome::k_edited)
    return std::string("our entries ") + (dry_run ? "would be" : "are") + " taken out; others wrote the file since";
  return (dry_run ? "would be " : "is ") + file.outcome;
}

Mark mark_of(const settings::FileReport& file, bool dry_run) {
  if (file.outcome == outcome::k_left) return Mark::failed;
  return dry_run || file.outcome == outcome::k_prepared ? Mark::planned : Mark::done;
}

// As patch(1) takes it: a line keeps the carriage return at its end.
std::string render_diff(std::string_view diff, bool utf8) {
  std::string text;
  while (!diff.empty()) {
    const std::string_view line = diff.substr(0, std::min(diff.find('\n'), diff.size() - 1) + 1);
    diff.remove_prefix(line.size());
    const bool crlf = line.ends_with("\r\n");
    text += crlf ? safe_block(line.substr(0, line.size() - 2), utf8) + "\r\n" : safe_block(line, utf8);
  }
  return text;
}

// "PyCharm2026.1 in /home/u/.config/JetBrains/PyCharm2026.1 (it runs, process 4711)"
std::string headline(const Style& style, const settings::Report& report, const std::string& owner) {
  std::string text = paint(style, Paint::bold, safe_line(owner, style.utf8));
  const auto ide = std::ranges::find(report.ides, owner, &settings::IdeReport::name);
  if (ide == report.ides.end()) return text;
  text += " in " + safe_line(ide->folder, style.utf8);
  if (ide->running) text += ide->pid == 0 ? " (it runs)" : fmt::format(" (it runs, process {})", ide->pid);
  return text;
}

}  // namespace

std::string render_settings(const Style& style, const settings::Report& report, SettingsAction action) {
  std::string text;
  std::string owner;
  std::size_t unchanged = 0;
  for (const auto& file : report.files) {
    if (file.outcome == outcome::k_unchanged) {
      ++unchanged;
      continue;
    }
    if (file.owner != owner) text += headline(style, report, file.owner) + "\n";
    owner = file.owner;
    text += "  " + render_line(style, mark_of(file, report.dry_run), file.file, outcome_text(file, report.dry_run), "");
    if (!file.diff.empty()) text += render_diff(file.diff, style.utf8);
  }
  if (unchanged > 0 && unchanged == report.files.size()) {
    text += fmt::format("{}: nothing to do, {} {}\n", safe_line(report.target, style.utf8), counted(unchanged, "file"),
                        action == SettingsAction::apply ? "looked at" : "without it");
  } else if (unchanged > 0) {
    text += fmt::format("{} unchanged\n", counted(unchanged, "other file"));
  }
  for (const auto& note : report.notes) text += render_note(style, note);
  const bool waits = std::ranges::any_of(report.files, [](const auto& f) { return f.outcome == outcome::k_prepared; });
  if (waits && !report.dry_run)
    text += render_note(style, "close the IDE to have the rest written, or run this again with --now");
  const bool written = std::ranges::any_of(report.files, [](const auto& f) { return f.outcome == outcome::k_written; });
  if (written && !waits && !report.dry_run && action == SettingsAction::apply)
    text += fmt::format("undo: helper settings undo {}\n", safe_line(shell::quote(report.target), style.utf8));
  return text;
}

}  // namespace helper::cli
