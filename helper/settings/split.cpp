#include "settings/split.hpp"

#include "base/diff.hpp"
#include "settings/installed.hpp"
#include "settings/running.hpp"
#include "settings/secrets.hpp"

#include <algorithm>

namespace helper::settings {
namespace {

constexpr const char* k_no_file = "/dev/null";

std::string diff_of(const Edit& edit) {
  const std::string file = edit.place.file.string();
  const auto shown = [](const std::optional<std::string>& text) {
    return text ? without_secrets(*text) : std::string();
  };
  return unified_diff(shown(edit.before), shown(edit.after),
                      {edit.before ? file : k_no_file, edit.after ? file : k_no_file});
}

}  // namespace

std::vector<IdeReport> look_at(const std::vector<ide::Product>& products) {
  std::vector<IdeReport> ides;
  for (const auto& product : products) {
    const auto running = running_ide(product.config_folder);
    ides.push_back({name_of(product), product.config_folder.string(), is_supported(product), running.has_value(),
                    running ? running->pid : 0});
  }
  return ides;
}

std::vector<Edit> take_waiting(std::vector<Edit>& edits, const std::vector<IdeReport>& ides, bool with_project) {
  std::vector<bool> waits;
  for (const Edit& edit : edits) {
    waits.push_back(edit.changes() && std::ranges::any_of(ides, [&](const IdeReport& ide) {
                      return ide.running && edit.place.folder == ide.folder;
                    }));
  }
  if (with_project) wait_with_what_is_referred_to(edits, waits);
  std::vector<Edit> at_once;
  std::vector<Edit> waiting;
  for (std::size_t at = 0; at < edits.size(); ++at) (waits[at] ? waiting : at_once).push_back(std::move(edits[at]));
  edits = std::move(at_once);
  return waiting;
}

void report_edits(Report& report, const std::vector<Edit>& edits, const std::function<const char*(const Edit&)>& word) {
  for (const Edit& edit : edits) {
    FileReport file{edit.place.owner, edit.place.file.string(), outcome::k_unchanged};
    if (edit.changes()) file.outcome = word(edit);
    if (edit.changes() && report.dry_run) file.diff = diff_of(edit);
    if (edit.refused) file.outcome = outcome::k_left;
    file.error = edit.refused;
    report.files.push_back(std::move(file));
  }
}

}  // namespace helper::settings
