// What is reported about the settings: a line for each file, and which IDEs were found.
#pragma once

#include "base/error.hpp"

#include <optional>
#include <string>
#include <vector>

namespace helper::settings {

struct FileReport {
  std::string owner;             // "PyCharm2026.1", "project" or "ssh"
  std::string file;              // absolute
  std::string outcome;           // a word of k_outcomes
  std::string diff{};            // of a dry run: unified, without secrets
  std::optional<Error> error{};  // why it is left
  friend bool operator==(const FileReport&, const FileReport&) = default;
};

// Of a dry run they say what would be.
namespace outcome {
inline constexpr const char* k_unchanged = "unchanged";  // it says all that it must say
inline constexpr const char* k_written = "written";
inline constexpr const char* k_prepared = "prepared";  // the IDE runs: it is written when that closes
inline constexpr const char* k_restored = "restored";  // the exact bytes from before us
inline constexpr const char* k_edited = "taken out";   // our entries only: somebody else wrote the file since
inline constexpr const char* k_removed = "removed";    // it was made by us
inline constexpr const char* k_left = "left";          // as it is; error says why
}  // namespace outcome

struct IdeReport {
  std::string name;    // "PyCharm2026.1"
  std::string folder;  // its config folder
  bool supported = true;
  bool running = false;
  int pid = 0;  // of a running one, when it is known
  friend bool operator==(const IdeReport&, const IdeReport&) = default;
};

// The result of settings.apply, settings.diff and settings.undo.
struct Report {
  std::string target;
  bool dry_run = false;
  std::vector<IdeReport> ides;
  std::vector<FileReport> files;
  std::vector<std::string> notes;
  friend bool operator==(const Report&, const Report&) = default;
};

}  // namespace helper::settings
