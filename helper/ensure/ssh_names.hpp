// Which target has which ssh_name and which local ports on this machine. Two configs may each have a target "dev", and
// of their Hosts, pinned host keys and Jupyter tokens each needs one of its own; a port that was chosen for "auto" is
// in the settings of IDEs, and so stays.
#pragma once

#include "base/files.hpp"
#include "base/paths.hpp"
#include "base/result.hpp"
#include "config/config.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace helper::ensure {

// A target of a config on this machine.
struct ConfigTarget {
  std::string file;  // absolute
  std::string name;
  friend auto operator<=>(const ConfigTarget&, const ConfigTarget&) = default;
};

// A target's place on this machine.
struct LocalPlace {
  std::string ssh_name;
  std::string server;                            // these two as its config said when the target was made ready last
  std::string container;                         // its name
  std::map<std::string, std::uint16_t> ports{};  // by the names of tunnels: those that were chosen for "auto"
  friend bool operator==(const LocalPlace&, const LocalPlace&) = default;
};

using Places = std::map<ConfigTarget, LocalPlace>;

// The ssh_name of the target, which uses that container of that server: the one that it has; else its own name, or
// the first with a number after it ("dev-2"). Two targets of one container may share one. Pure except for
// `is_gone`, which says that a config, or its target, does not exist any more: what it had is free again.
[[nodiscard]] std::string ssh_name_of(const Places& places, const ConfigTarget& target, const std::string& server,
                                      const std::string& container,
                                      const std::function<bool(const ConfigTarget&)>& is_gone);

// The first port from `from` on that is free now, that no target was given, and that is not in `taken`; it joins those.
// nullopt when none of the next hundred is.
[[nodiscard]] std::optional<std::uint16_t> local_port_of(const Places& places, std::uint16_t from,
                                                         std::set<std::uint16_t>& taken);

// Where there is no file: the names that applied settings have, else none. Error: file_failed for one that does not
// hold them.
[[nodiscard]] Result<Places> read_places(FileStore& files, const Paths& paths);
[[nodiscard]] Result<void> write_places(FileStore& files, const Paths& paths, const Places& places);

// A target that its config does not have any more, or whose config is gone: no command can name it.
[[nodiscard]] bool is_gone(FileStore& files, const ConfigTarget& target);

// The file of them. Safe from any thread; one daemon writes it.
class LocalPlaces {
 public:
  LocalPlaces(const Paths& paths, FileStore& files) : paths_(paths), files_(files) {}

  // What this machine gives the target of that config: its name for ssh, what its config leaves to us (local
  // ports, the container's name), and in a shared container the person's own user. They are written into `config`; the
  // result is all places with this one, which nothing has kept yet. Errors: file_failed; port_busy when no port is
  // free.
  [[nodiscard]] Result<Places> give(config::Target& config, const config::Config& all) const;
  // The same, and the target keeps it from now on. What the report will tell of it.
  [[nodiscard]] Result<std::vector<std::string>> keep(config::Target& config, const config::Config& all);
  // A target that was removed has nothing here any more: its name and its ports are free.
  [[nodiscard]] Result<void> leave(const config::Target& config);

 private:
  // Of the container, where its config gives none, and in a shared one of the person's own user.
  [[nodiscard]] Result<void> give_names(config::Target& config, const Places& places) const;
  // Who had the name of the target before, or has its own.
  [[nodiscard]] std::vector<std::string> notes_of_name(const config::Target& config, const Places& before) const;

  const Paths& paths_;
  FileStore& files_;
  std::mutex mutex_;
};

}  // namespace helper::ensure
