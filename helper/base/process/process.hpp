// Child processes of this machine, through Boost.Process, each run to its end (daemonize.hpp starts one that outlives
// us).
#pragma once

#include "base/command.hpp"
#include "base/result.hpp"

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace helper {

// What of the output is kept for the end: all of it, so that more than k_max_command_output is an error, or only what
// comes first (per stream), for commands whose output is passed on as it comes and has no end.
enum class KeepOutput { all, beginning };
inline constexpr std::size_t k_kept_beginning = 64u << 10;

struct ProcessSpec {
  std::vector<std::string> argv;  // argv[0] is looked up on PATH when it has no slash
  std::string stdin_text;
  std::map<std::string, std::string> environment;  // added to ours
  Milliseconds timeout{30'000};
  std::filesystem::path stdin_file{};  // as Command::stdin_file
  KeepOutput keep_output = KeepOutput::all;
};

// The absolute path of a program: `name` itself when it has a slash (whether it exists or not), else the first of that
// name on PATH. Error: server_command when there is none.
[[nodiscard]] Result<std::string> find_program(const std::string& name);

// Runs the process to its end. On timeout or stop its whole process group is ended (SIGTERM, then SIGKILL after 1 s).
// A non-zero exit is a CommandOutput. A descendant that outlives the process may hold its output open: it is read for
// 500 ms more; it has none of our other descriptors. Errors: server_command (cannot be started, or printed more than
// k_max_command_output), file_failed (stdin_file), timed_out, cancelled, internal (no descriptor is left).
[[nodiscard]] Result<CommandOutput> run_process(const ProcessSpec& spec, const std::stop_token& stop,
                                                const OutputSink& on_output = {});

}  // namespace helper
