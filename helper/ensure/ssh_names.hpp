// Which target has which ssh_name on this machine: two configs may each have a target "dev", and of their Hosts, pinned
// host keys and Jupyter tokens each needs one of its own.
#pragma once

#include "base/files.hpp"
#include "base/paths.hpp"
#include "base/result.hpp"

#include <compare>
#include <functional>
#include <map>
#include <string>

namespace helper::ensure {

// A target of a config on this machine.
struct ConfigTarget {
  std::string file;  // absolute
  std::string name;
  friend auto operator<=>(const ConfigTarget&, const ConfigTarget&) = default;
};

using SshNames = std::map<std::string, ConfigTarget>;  // by ssh_name

// Pure but for `is_gone`, which says that a config, or its target, is there no more: what it had is free again. The
// name that the target has; else its own, or the first with a number behind it ("dev-2") that nobody has.
[[nodiscard]] std::string ssh_name_of(const SshNames& names, const ConfigTarget& target,
                                      const std::function<bool(const ConfigTarget&)>& is_gone);

// None when there is no file yet. Error: file_failed for one that does not hold them.
[[nodiscard]] Result<SshNames> read_ssh_names(FileStore& files, const Paths& paths);
[[nodiscard]] Result<void> write_ssh_names(FileStore& files, const Paths& paths, const SshNames& names);

}  // namespace helper::ensure
