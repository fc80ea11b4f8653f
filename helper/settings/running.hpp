// Whether an IDE runs on a config folder: what it writes there when it ends would undo what we wrote meanwhile.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace helper::settings {

// Pure: whether a command line, as command_line() has it, can be that of a JetBrains IDE. "" can, for it is not known.
// The program tells, not what it is given: somebody may edit a file called ideas.txt.
[[nodiscard]] bool may_be_ide(std::string_view command_line);

struct RunningIde {
  int pid = 0;  // 0 when only its port is known
  friend bool operator==(const RunningIde&, const RunningIde&) = default;
};

// By CONFIG/.lock, which holds the IDE's process id, and of older versions by CONFIG/port, which holds the port that it
// listens on. A file that an IDE left behind does not count.
[[nodiscard]] std::optional<RunningIde> running_ide(const std::filesystem::path& config_folder);

// The process is still there and can still be an IDE.
[[nodiscard]] bool still_runs(const RunningIde& ide);

// What a process of this machine runs: the one place that knows how each system tells it.

// Its words, the program first, with '\0' between them (of macOS the program alone); "" when the system does not tell;
// nullopt when no such process runs (a zombie does not).
[[nodiscard]] std::optional<std::string> command_line(int pid);

}  // namespace helper::settings
