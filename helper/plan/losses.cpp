#include "plan/losses.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace helper::plan {
namespace {

constexpr std::size_t k_most_shown = 8;

// Which lines are no loss to anybody come last.
bool is_noise(std::string_view path) {
  constexpr std::array<std::string_view, 8> k_folders{"/tmp/", "/var/tmp/", "/var/cache/",   "/var/log/",
                                                      "/run/", "/var/run/", "/root/.cache/", "/var/lib/apt/"};
  const auto begins = [&](std::string_view folder) { return path.starts_with(folder); };
  return std::ranges::any_of(k_folders, begins) || path.find("__pycache__") != std::string_view::npos ||
         path.find("/.cache/") != std::string_view::npos;
}

void add_some(std::vector<std::string>& lines, const std::vector<std::string>& items) {
  for (std::size_t i = 0; i < std::min(items.size(), k_most_shown); ++i) lines.push_back("    " + items[i]);
  if (items.size() > k_most_shown) lines.push_back("    and " + std::to_string(items.size() - k_most_shown) + " more");
}

std::string counted(std::size_t n, const std::string& one) {
  return std::to_string(n) + " " + one + (n == 1 ? "" : one.ends_with("s") ? "es" : "s");
}

void add_losses(std::vector<std::string>& lines, const Losses& losses) {
  std::string written = "  files outside its mounts: ";
  if (losses.changes == 0) {
    written += "nothing";
  } else {
    written += std::to_string(losses.changes) + (losses.changes == 1 ? " change" : " changes");
    if (losses.bytes) written += ", " + size_text(*losses.bytes);
  }
  lines.push_back(written);
  for (const auto& file : losses.files) lines.push_back("    " + file);
  if (const auto left = losses.changes - static_cast<int>(losses.files.size()); left > 0 && !losses.files.empty())
    lines.push_back("    and " + std::to_string(left) + " more");
  if (!losses.processes.empty()) {
    lines.push_back("  programs that run in it: " + counted(losses.processes.size(), "process"));
    add_some(lines, losses.processes);
  }
  if (!losses.gpu_jobs.empty()) {
    lines.push_back("  of these on a GPU: " + counted(losses.gpu_jobs.size(), "job"));
    add_some(lines, losses.gpu_jobs);
  }
}

}  // namespace

std::vector<std::string> telling_files(const std::vector<std::string>& diff, std::size_t most) {
  std::vector<std::string> paths;
  for (const auto& line : diff) {
    // "A /root/notes.txt"; a removed file is no further loss.
    if (line.size() > 3 && (line.front() == 'A' || line.front() == 'C') && line[1] == ' ')
      paths.push_back(line.substr(2));
  }
  std::ranges::sort(paths);
  std::vector<std::string> leaves;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    // What is in a folder sorts after it, but not always right after ("/a", "/a-b", "/a/c").
    const auto inside = std::ranges::lower_bound(paths, paths[i] + "/");
    if (inside == paths.end() || !inside->starts_with(paths[i] + "/")) leaves.push_back(paths[i]);
  }
  std::ranges::stable_sort(leaves, [](const auto& a, const auto& b) { return !is_noise(a) && is_noise(b); });
  if (leaves.size() > most) leaves.resize(most);
  return leaves;
}

std::string size_text(std::int64_t bytes) {
  constexpr std::array<std::string_view, 5> k_units{"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  std::int64_t tenths = bytes * 10;
  while (tenths >= 10'000 && unit + 1 < k_units.size()) {
    tenths /= 1000;
    ++unit;
  }
  std::string text = std::to_string(tenths / 10);
  if (unit > 0 && tenths < 1000) text += "." + std::to_string(tenths % 10);
  return text + " " + std::string(k_units[unit]);
}

Question recreate_question(const std::string& container, const std::vector<Drift>& drifts,
                           const std::optional<Losses>& losses, const std::vector<std::string>& work,
                           const std::string& snapshot_image) {
  Question question{Question::Kind::confirm, "Recreate container " + container + "?", {}, {"yes", "snapshot", "no"}};
  auto& lines = question.details;
  lines.push_back("helper.json and container " + container + " differ:");
  for (const auto& drift : drifts) {
    if (drift.need == Need::recreate) lines.push_back("  " + to_text(drift));
  }
  lines.emplace_back("Applying this recreates the container. Its mounts, host keys and name stay. This would be lost:");
  if (losses) {
    add_losses(lines, *losses);
  } else {
    lines.emplace_back("  files outside its mounts, and the programs that run in it (helper could not look at them)");
  }
  for (const auto& line : work) lines.push_back("  " + line);
  lines.push_back("yes: recreate it; snapshot: save a copy as image " + snapshot_image + " first; no: use it as it is");
  return question;
}

}  // namespace helper::plan
