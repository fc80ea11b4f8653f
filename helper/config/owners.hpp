// Who else can change a config: facts about its files and folders, read elsewhere, and the decision about them.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

namespace helper::config {

// One step on the way to a config: a symbolic link, the file it ends at, or the folder that either lies in.
struct PathFacts {
  enum class Kind { file, folder, link };
  std::filesystem::path path;
  Kind kind = Kind::file;
  unsigned owner = 0;             // user id
  std::string owner_name{};       // "" when the id has none
  unsigned mode = 0;              // 07777 of st_mode
  std::string group_name{};       // "" when the id has none
  bool group_is_private = false;  // its owner is the only member of the group, by every entry that this machine knows
  bool has_access_list = false;   // its POSIX ACL names further users or groups; the mode's group bits are their limit
  bool is_windows_drive = false;  // a drive of Windows under WSL: owner and mode are made up
};

// Why another user of this machine decides what the config says: "/srv/x/helper.json belongs to bob (user 1001)".
// nullopt when nobody but `person` and root can change it. A link has no mode of its own. A folder where others may
// make files counts even when they cannot replace this one (the sticky /tmp): they may put a Dockerfile or
// .dockerignore beside it.
[[nodiscard]] std::optional<std::string> others_power(std::span<const PathFacts> way, unsigned person);

}  // namespace helper::config
