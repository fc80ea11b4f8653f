// way_to() and stamp_of(): the one place that asks this machine about owners, groups and links of a config.
#include "base/fd.hpp"
#include "ensure/trust_look.hpp"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <grp.h>
#include <pwd.h>
#include <set>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace helper::ensure {
namespace {

namespace fs = std::filesystem;
using config::PathFacts;

constexpr int k_most_links = 40;  // as the kernel's own limit
constexpr std::size_t k_entry = 64 * 1024;
constexpr std::int64_t k_second = 1'000'000'000;  // in nanoseconds

// statfs(2): what a drive of Windows shows itself as under WSL 2 and WSL 1.
constexpr long k_9p = 0x01021997;
constexpr long k_drvfs = 0x53464846;

struct UserEntry {
  std::string name;
  unsigned group = 0;
};

std::optional<UserEntry> user_of(unsigned id) {
  std::string buffer(k_entry, '\0');
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return std::nullopt;
  return UserEntry{entry.pw_name, entry.pw_gid};
}

// Users whose first group it is, as far as this machine can list its users.
std::set<std::string> users_with_first_group(unsigned group) {
  std::set<std::string> names;
  std::ifstream in("/etc/passwd");
  for (std::string line; std::getline(in, line);) {
    std::vector<std::string> fields(1);
    for (const char c : line) {
      if (c == ':') {
        fields.emplace_back();
      } else {
        fields.back() += c;
      }
    }
    if (fields.size() > 3 && fields[3] == std::to_string(group)) names.insert(fields[0]);
  }
  return names;
}

// A group that only its owner is in: of the same name as the user, or the first group of nobody else, with no other
// member. Where users come from elsewhere than /etc/passwd only the name says it.
bool is_private(unsigned group, const std::string& owner, std::string& group_name) {
  std::string buffer(k_entry, '\0');
  ::group entry{};
  ::group* found = nullptr;
  if (::getgrgid_r(group, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return false;
  group_name = entry.gr_name;
  for (char** member = entry.gr_mem; *member != nullptr; ++member) {
    if (owner != *member) return false;
  }
  if (owner.empty()) return false;
  auto firsts = users_with_first_group(group);
  const bool owner_is_listed = firsts.erase(owner) > 0;
  return firsts.empty() && (owner_is_listed || group_name == owner);
}

bool is_wsl() {
  static const bool wsl = [] {
    std::ifstream in("/proc/sys/kernel/osrelease");
    std::string release;
    std::getline(in, release);
    return release.find("icrosoft") != std::string::npos;
  }();
  return wsl;
}

bool is_on_windows_drive(const fs::path& path) {
  if (!is_wsl()) return false;
  struct statfs facts {};
  return ::statfs(path.c_str(), &facts) == 0 &&
         (static_cast<long>(facts.f_type) == k_9p || static_cast<long>(facts.f_type) == k_drvfs);
}

std::optional<PathFacts> facts_of(const fs::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return std::nullopt;
  PathFacts facts;
  facts.path = path;
  facts.kind = S_ISLNK(info.st_mode)   ? PathFacts::Kind::link
               : S_ISDIR(info.st_mode) ? PathFacts::Kind::folder
                                       : PathFacts::Kind::file;
  facts.owner = info.st_uid;
  facts.mode = info.st_mode & 07777U;
  facts.is_windows_drive = is_on_windows_drive(facts.kind == PathFacts::Kind::link ? path.parent_path() : path);
  if (const auto owner = user_of(info.st_uid)) facts.owner_name = owner->name;
  if ((info.st_mode & S_IWGRP) != 0 && facts.kind != PathFacts::Kind::link) {
    facts.group_is_private = is_private(info.st_gid, facts.owner_name, facts.group_name);
    facts.has_access_list = ::getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
  }
  return facts;
}

Stamp::Node node_of(const struct stat& info) {
  Stamp::Node node{info.st_dev, info.st_ino, info.st_mode, info.st_uid, info.st_gid};
  if (S_ISDIR(info.st_mode)) return node;
  node.size = info.st_size;
  node.modified = info.st_mtim.tv_sec * k_second + info.st_mtim.tv_nsec;
  node.changed = info.st_ctim.tv_sec * k_second + info.st_ctim.tv_nsec;
  return node;
}

// A link to a folder may reach whatever the folder's owner likes.
void add_links_to_folders(std::vector<PathFacts>& way, const fs::path& path) {
  fs::path folder;
  for (const auto& part : path.parent_path()) {
    folder /= part;
    const auto facts = facts_of(folder);
    if (facts && facts->kind == PathFacts::Kind::link) way.push_back(*facts);
  }
}

}  // namespace

Stamp stamp_of(const fs::path& path) {
  Stamp stamp{path, std::nullopt, std::nullopt};
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return stamp;
  stamp.itself = node_of(info);
  if (!S_ISLNK(info.st_mode)) {
    stamp.leads_to = stamp.itself;
  } else if (::stat(path.c_str(), &info) == 0) {
    stamp.leads_to = node_of(info);
  }
  return stamp;
}

fs::path key_of(const fs::path& file) {
  std::error_code bad;
  const fs::path folder = fs::canonical(file.parent_path(), bad);
  return bad ? file : folder / file.filename();
}

std::vector<PathFacts> way_to(const fs::path& file) {
  std::vector<PathFacts> way;
  fs::path path = file;
  for (int i = 0; i < k_most_links; ++i) {
    add_links_to_folders(way, path);
    std::error_code bad;
    const fs::path folder = fs::canonical(path.parent_path(), bad);
    if (bad) return way;
    path = folder / path.filename();
    const auto facts = facts_of(path);
    if (!facts) return way;
    way.push_back(*facts);
    if (const auto around = facts_of(folder)) way.push_back(*around);
    if (facts->kind != PathFacts::Kind::link) return way;
    path = (folder / fs::read_symlink(path, bad)).lexically_normal();
    if (bad) return way;
  }
  return way;
}

}  // namespace helper::ensure
