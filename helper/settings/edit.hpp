// An Edit is what one file will be: decided from texts alone, before anything is written.
#pragma once

#include "settings/formats.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace helper::settings {

// One file that speaks of targets.
struct Place {
  std::optional<ide::FileKind> kind;  // nullopt: ~/.ssh/config or ~/.ssh/known_hosts
  std::filesystem::path file;
  std::string owner;             // "PyCharm2026.1", "project" or "ssh"
  std::filesystem::path folder;  // the config folder of the IDE that owns it; "" for what no IDE holds in memory
  friend bool operator==(const Place&, const Place&) = default;
};

inline constexpr const char* k_project = "project";
inline constexpr const char* k_ssh = "ssh";

// The mode of a file that was not there. A project's files may be read by those who may read the project.
[[nodiscard]] inline mode_t mode_of_new(const Place& place) { return place.owner == k_project ? 0644 : 0600; }

struct Edit {
  Place place;
  std::optional<std::string> before{};  // nullopt: no file
  std::optional<std::string> after{};
  std::optional<Error> refused{};  // why it is left as it is
  ide::Product product{};          // by whose rules it is made; not used by an undo
  bool follows_links = false;      // somebody has said yes to links that point out of the project or the IDE's folder
  [[nodiscard]] bool changes() const { return !refused && before != after; }
};

// Leaves every file as it is whose new entry would refer to one that could not be written: an interpreter without its
// server does more harm than good. A project's files need one IDE that has what they refer to. Entries come before
// what refers to them.
void leave_what_refers_to_nothing(std::vector<Edit>& edits);

// `waits` tells of each edit whether it waits for an IDE to close. A project's file waits with what it refers to, as
// long as no IDE has that: an IDE would look for an interpreter that it does not have, and take another one.
void wait_with_what_is_referred_to(const std::vector<Edit>& edits, std::vector<bool>& waits);

}  // namespace helper::settings
