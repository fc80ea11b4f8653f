#include "settings/replace_file.hpp"

#include "base/shell.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace helper::settings {
namespace {

namespace fs = std::filesystem;

using Facts = struct stat;

constexpr int k_most_links = 40;  // as the Linux kernel follows (path_resolution(7))

std::optional<Facts> facts_of(const fs::path& path) {
  Facts facts{};
  if (::stat(path.c_str(), &facts) != 0) return std::nullopt;
  return facts;
}

tl::unexpected<Error> refused(const fs::path& file, std::string cause, std::string fix) {
  return fail(ErrorCode::file_failed, file.string(), std::move(cause), std::move(fix));
}

Result<void> folder_may_be_written(const fs::path& file) {
  fs::path folder = file.parent_path();
  while (!folder.empty() && folder != folder.parent_path() && !facts_of(folder)) folder = folder.parent_path();
  if (::access(folder.c_str(), W_OK | X_OK) == 0) return {};
  return refused(file, "its folder " + folder.string() + " cannot be written (" + std::strerror(errno) + ")",
                 "look at its owner and mode: ls -ld " + shell::quote(folder.string()));
}

// The file that a link points to, since it is replaced within its own folder.
fs::path behind_links(const fs::path& file) {
  std::error_code unresolved;
  fs::path target = fs::canonical(file, unresolved);
  return unresolved ? file : target;
}

}  // namespace

// Where a write through `file` goes, whether its target is there or not.
fs::path where_it_leads(const fs::path& file) {
  fs::path target = file;
  for (int links = 0; links < k_most_links; ++links) {
    std::error_code not_a_link;
    const fs::path next = fs::read_symlink(target, not_a_link);
    if (not_a_link) break;
    target = target.parent_path() / next;
  }
  std::error_code unresolved;
  fs::path real = fs::weakly_canonical(target, unresolved);
  return unresolved ? target.lexically_normal() : real;
}

Result<void> stays_within(const fs::path& file, const fs::path& folder) {
  std::error_code unresolved;
  const fs::path root = fs::weakly_canonical(folder, unresolved);
  const fs::path target = where_it_leads(file);
  const fs::path inside = target.lexically_relative(unresolved ? folder : root);
  if (!inside.empty() && *inside.begin() != "..") return {};
  return refused(
      file,
      "a link puts it outside of " + folder.string() + ", to " + target.string() + ", and helper writes nothing there",
      "if it may be written there, run the same command with --follow-links; or else put a file or folder of its own "
      "in "
      "the place of the link");
}

Result<void> remove_file(FileStore& files, const fs::path& file) {
  HELPER_TRY(may_replace(file));
  // A link is the person's own: what was written through it goes, and the link stays.
  return files.remove(where_it_leads(file));
}

Result<void> may_replace(const fs::path& file) {
  const auto facts = facts_of(file);
  if (!facts) return folder_may_be_written(file);
  if (!S_ISREG(facts->st_mode)) return refused(file, "is not a regular file", "");
  if ((facts->st_mode & 0222) == 0)
    return refused(file, "is read-only", "if helper may write it: chmod u+w " + shell::quote(file.string()));
  if (facts->st_uid != ::geteuid() && ::geteuid() != 0)
    return refused(file, "belongs to another user", "ls -l " + shell::quote(file.string()));
  return folder_may_be_written(behind_links(file));
}

Result<void> replace_file(FileStore& files, const fs::path& file, std::string_view bytes, mode_t mode_of_new) {
  HELPER_TRY(may_replace(file));
  const auto before = facts_of(file);
  const auto made = missing_folders(file);
  HELPER_TRY(files.write(file, bytes, before ? before->st_mode & 07777 : mode_of_new));
  if (!before) {
    // A folder beside files that others may read is for them as well.
    if ((mode_of_new & 0044) != 0) {
      for (const auto& folder : made) ::chmod(folder.c_str(), 0755);
    }
    return {};
  }
  const auto after = facts_of(file);
  if (!after || (after->st_uid == before->st_uid && after->st_gid == before->st_gid)) return {};
  if (::chown(file.c_str(), before->st_uid, before->st_gid) == 0) {
    ::chmod(file.c_str(), before->st_mode & 07777);  // chown(2) takes set-user-ID away
    return {};
  }
  // It is in our group now, which was not asked for: what the old one might do, this one may not.
  ::chmod(file.c_str(), before->st_mode & 07707);
  return {};
}

std::vector<fs::path> missing_folders(const fs::path& file) {
  std::vector<fs::path> missing;
  for (fs::path folder = where_it_leads(file).parent_path(); !folder.empty() && !facts_of(folder);
       folder = folder.parent_path())
    missing.push_back(folder);
  std::ranges::reverse(missing);
  return missing;
}

void remove_empty_folders(const std::vector<fs::path>& outermost_first) {
  for (auto folder = outermost_first.rbegin(); folder != outermost_first.rend(); ++folder) ::rmdir(folder->c_str());
}

}  // namespace helper::settings
