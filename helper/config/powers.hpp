// Powers are what a config can do to the person who runs it: where it connects, what it mounts, sends and runs. The
// approval of a config is the approval of its powers; what is not among them (local ports, limits, names) is harmless.
#pragma once

#include "config/config.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace helper::config {

struct Power {
  std::string text;      // one line, safe to show
  std::string detail{};  // counts and is not shown: the value of a variable, the fingerprint of a file
  bool always = false;   // shown whenever the person is asked, changed or not: it is outside the project
  friend bool operator==(const Power&, const Power&) = default;
};

// A file that the config makes run or sends, as the disk has it.
struct CoveredFile {
  std::filesystem::path path;  // absolute, as it is named
  std::string fingerprint;     // of its content
};

// Facts from the disk and from the config.
struct PowerFacts {
  std::filesystem::path folder{};                                 // the project: the real path of the config's folder
  std::map<std::filesystem::path, std::filesystem::path> real{};  // the paths with links resolved
  std::vector<std::filesystem::path> included{};                  // the devcontainer.json files that it takes over
  std::vector<CoveredFile> files{};
  std::vector<std::string> variables{};  // names of ${localEnv:NAME} that are read
  std::optional<std::string> others{};   // what others_power() says
  bool more_files = false;               // more files are named than are looked at
};

// Pure; in an order that depends on the config alone.
[[nodiscard]] std::vector<Power> powers_of(const Config& config, const PowerFacts& facts);

// The text that an approval's digest is made of: two lists of powers have the same text only if they are the same.
[[nodiscard]] std::string canonical_text(const std::vector<Power>& powers);

// What an approval keeps of a power: the text as it was shown, and a fingerprint of the rest.
struct ApprovedPower {
  std::string text;
  std::string detail;
  friend bool operator==(const ApprovedPower&, const ApprovedPower&) = default;
};

// One line for each power that is new, gone or changed; `now` has the fingerprints of `powers` in their order. Empty
// when only the order differs.
[[nodiscard]] std::vector<std::string> changes_between(const std::vector<ApprovedPower>& before,
                                                       const std::vector<ApprovedPower>& now);

// For the placeholders that stand for values of the environment while powers are read.
[[nodiscard]] bool is_harmless_variable(const std::string& name);  // the home folder and the user's name

}  // namespace helper::config
