// Child processes of this machine, through Boost.Process: run one to its end, or start one that outlives us.
#pragma once

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "base/command.hpp"
#include "base/result.hpp"

namespace helper {

struct ProcessSpec {
  std::vector<std::string> argv;  // argv[0] is looked up on PATH when it has no slash
  std::string stdin_text;
  std::map<std::string, std::string> environment;  // added to ours
  Milliseconds timeout{30'000};
};

// Runs the process to its end. On timeout or stop its whole process group is ended (SIGTERM, then SIGKILL after 1 s).
// A non-zero exit is a CommandOutput. Errors: server_command (cannot be started), timed_out, cancelled.
[[nodiscard]] Result<CommandOutput> run_process(const ProcessSpec& spec, const std::stop_token& stop, const OutputSink& on_output = {});

}  // namespace helper
