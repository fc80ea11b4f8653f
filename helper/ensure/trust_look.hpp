// What a config can do, read from the disk: the facts behind config::powers_of() and config::others_power(), and the
// stamps by which a later request sees that none of the files has changed.
#pragma once

#include "base/files.hpp"
#include "base/result.hpp"
#include "config/config.hpp"
#include "config/local_variables.hpp"
#include "config/owners.hpp"
#include "config/powers.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace helper::ensure {

// A path as stat(2) sees it, with and without the link at its end. Of a folder only what says who may write in it.
struct Stamp {
  struct Node {
    std::uint64_t device = 0, inode = 0;
    unsigned mode = 0, owner = 0, group = 0;
    std::int64_t size = 0, modified = 0, changed = 0;  // nanoseconds since 1970
    friend bool operator==(const Node&, const Node&) = default;
  };
  std::filesystem::path path;
  std::optional<Node> itself;  // absent: nothing is there
  std::optional<Node> leads_to;
  friend bool operator==(const Stamp&, const Stamp&) = default;
};
[[nodiscard]] Stamp stamp_of(const std::filesystem::path& path);

struct TrustLook {
  std::filesystem::path key;         // key_of(the config)
  std::vector<std::string> targets;  // their names
  std::vector<config::Power> powers;
  std::vector<config::ApprovedPower> kept;  // of each power, in their order
  std::string digest;                       // SHA-256 of the canonical text
  std::optional<std::string> others;        // who else can change the config
  bool covers = true;                       // false: the files that it makes run or send were not read
  bool has_values = false;                  // values of the environment are in the texts: they are not to be stored
  std::int64_t newest = 0;                  // when the last of its files was changed: nanoseconds since 1970
  std::vector<Stamp> stamps;                // as long as these are the same, so is all of the above
  // Of the config and of what it takes over, as they were read; nullopt: it was not there.
  std::map<std::filesystem::path, std::optional<std::string>> texts;
};

// What identifies an approved config: the real folder that its names are relative to, and its name there. A link to
// an approved config in another folder is another config: it would mount, send and run what lies in that folder.
[[nodiscard]] std::filesystem::path key_of(const std::filesystem::path& file);

// The links, files and folders on the way to a config, links to folders among them.
[[nodiscard]] std::vector<config::PathFacts> way_to(const std::filesystem::path& file);

enum class Cover {
  all,
  mine,  // nothing where others can change the config: it will be refused, and names what they like
};

// Reads the config with placeholders for what `variable` would give, and up to 64 MiB of the files that it makes run or
// send; of the rest size, time and inode count. Errors: those of config::load_config.
[[nodiscard]] Result<TrustLook> look_at_config(FileStore& files, const std::filesystem::path& file,
                                               const config::LocalVariable& variable, Cover cover = Cover::all);

// The config from the texts that `look` has read: what is approved is what is used, even if the file has changed since.
[[nodiscard]] Result<config::Config> load_as_looked_at(const TrustLook& look, const std::filesystem::path& file,
                                                       const config::LocalVariable& variable);

}  // namespace helper::ensure
