// WantedList is the list of targets that should run, in a file of this user's: it outlives the daemon and the machine's
// reboot, so that the next daemon looks after the same targets. Safe from any thread; one daemon writes it.
#pragma once

#include "base/files.hpp"
#include "base/paths.hpp"
#include "ensure/verbs.hpp"

#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::ensure {

struct WantedTarget {
  std::string config_file;   // absolute
  std::string target;        // its name in that config
  std::string agent_socket;  // SSH_AUTH_SOCK of who asked last; "" = none
  friend bool operator==(const WantedTarget&, const WantedTarget&) = default;
};

// What the last request says of the list: true = the target is in it, false = it is not, nullopt = as before (an
// ensure that failed changes nothing, nor does a stop that was refused). Pure.
[[nodiscard]] std::optional<bool> is_wanted(const Intent& intent);

// Which agent a target that is taken up again may use: this process's own, else the one that was recorded, which
// counts only when it is a socket of this user's now. "" = none. Pure.
[[nodiscard]] std::string agent_for(const std::string& own, const std::string& recorded, bool recorded_is_ours);

// Error: file_failed when the text is no such list.
[[nodiscard]] Result<std::vector<WantedTarget>> parse_wanted(std::string_view text, const std::filesystem::path& file);
[[nodiscard]] std::string to_text(const std::vector<WantedTarget>& list);

class WantedList {
 public:
  WantedList(const Paths& paths, FileStore& files) : file_(paths.wanted_targets()), files_(files) {}

  // Empty when there is no file. Error: file_failed.
  [[nodiscard]] Result<std::vector<WantedTarget>> read();
  // Puts the target in, or another agent beside it; writes only what changes. Error: file_failed.
  [[nodiscard]] Result<void> add(const WantedTarget& wanted);
  // Takes the target out; nothing to do when it is not in. Error: file_failed.
  [[nodiscard]] Result<void> remove(const std::string& config_file, const std::string& target);

 private:
  [[nodiscard]] std::vector<WantedTarget> read_or_begin();  // with mutex_ held

  const std::filesystem::path file_;
  FileStore& files_;
  std::mutex mutex_;
};

}  // namespace helper::ensure
