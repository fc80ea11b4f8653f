// Which target has which ssh_name and which local ports on this machine. Two configs may each have a target "dev", and
// of their Hosts, pinned host keys and Jupyter tokens each needs one of its own; a port that was chosen for "auto" is
// in the settings of IDEs, and so stays.
#pragma once

#include "base/files.hpp"
#include "base/paths.hpp"
#include "base/result.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace helper::ensure {

// A target of a config on this machine.
struct ConfigTarget {
  std::string file;  // absolute
  std::string name;
  friend auto operator<=>(const ConfigTarget&, const ConfigTarget&) = default;
};

// A target's place on this machine.
struct Place {
  std::string ssh_name;
  std::string server;                            // these two as its config said when the target was made ready last
  std::string container;                         // its name
  std::map<std::string, std::uint16_t> ports{};  // by the names of tunnels: those that were chosen for "auto"
  friend bool operator==(const Place&, const Place&) = default;
};

using Places = std::map<ConfigTarget, Place>;

// The ssh_name of the target, which leads to that container of that server: the one that it has; else its own name, or
// the first with a number behind it ("dev-2"). Two targets may share one that lead to one container. Pure but for
// `is_gone`, which says that a config, or its target, is there no more: what it had is free again.
[[nodiscard]] std::string ssh_name_of(const Places& places, const ConfigTarget& target, const std::string& server,
                                      const std::string& container,
                                      const std::function<bool(const ConfigTarget&)>& is_gone);

// The first port from `from` on that is free now, that no target was given, and that is not in `taken`; it joins those.
// nullopt when none of the next hundred is.
[[nodiscard]] std::optional<std::uint16_t> local_port_of(const Places& places, std::uint16_t from,
                                                         std::set<std::uint16_t>& taken);

// None when there is no file yet. Error: file_failed for one that does not hold them.
[[nodiscard]] Result<Places> read_places(FileStore& files, const Paths& paths);
[[nodiscard]] Result<void> write_places(FileStore& files, const Paths& paths, const Places& places);

}  // namespace helper::ensure
