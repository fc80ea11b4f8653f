#include "cli/git_ignore.hpp"

#include "base/error.hpp"
#include "config/local_file.hpp"

#include <algorithm>
#include <system_error>
#include <vector>

namespace helper::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_file = ".gitignore";

// From `folder` up to the one that holds .git, which is a file in a further work tree; empty: it is in none.
std::vector<fs::path> folders_of_work_tree(fs::path folder) {
  std::vector<fs::path> folders;
  std::error_code unknown;
  for (;; folder = folder.parent_path()) {
    folders.push_back(folder);
    if (fs::exists(folder / ".git", unknown)) return folders;
    if (folder == folder.parent_path()) return {};
  }
}

bool is_plain(const std::string& name) {
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

// Others who work on the project may read it; one that is there keeps its mode.
mode_t mode_of(const fs::path& file) {
  std::error_code unknown;
  const auto status = fs::status(file, unknown);
  const bool is_there = !unknown && fs::exists(status);
  return is_there ? static_cast<mode_t>(status.permissions() & fs::perms::mask) : mode_t{0644};
}

}  // namespace

Ignored ignore_local_file(FileStore& files, const fs::path& config_file) {
  const std::string name = config::local_file_of(config_file).filename().string();
  const auto folders = folders_of_work_tree(config_file.parent_path());
  if (name.empty() || folders.empty()) return {};
  const fs::path ignore = folders.front() / k_file;
  const std::string by_hand = "write the line " + name + " into " + ignore.string();
  if (!is_plain(name)) return {{}, "the name of " + name + " can mean more in a .gitignore: write the line by hand"};
  std::error_code unknown;
  if (fs::is_symlink(ignore, unknown)) return {{}, ignore.string() + " is a link, and stays as it is: " + by_hand};
  std::string changed;
  for (const fs::path& folder : folders) {
    const auto text = files.read(folder / k_file);
    if (!text) return {{}, sentence(text.error()) + ": " + by_hand};
    const auto with_line = config::with_ignored(text->value_or(""), name);
    if (!with_line) return {};
    if (folder == folders.front()) changed = *with_line;
  }
  if (const auto done = files.write(ignore, changed, mode_of(ignore)); !done)
    return {{}, sentence(done.error()) + ": " + by_hand};
  return {ignore,
          "wrote " + name + " into " + ignore.string() + ": that file is for what only you change of the config"};
}

}  // namespace helper::cli
