// run_with_file runs a Command whose standard input is a file of this machine, on an exec channel of its own: any
// bytes, as fast as the server takes them.
#pragma once

#include "base/command.hpp"
#include "ssh/session_channel.hpp"

namespace helper::ssh {

struct FileCommandEnd {
  Result<CommandOutput> output;  // as CommandRunner::run
  // An end other than running: nothing was run, and `output` says why.
  SessionChannel::Start start = SessionChannel::Start::running;
  bool session_is_lost = false;  // it is of no more use
};

[[nodiscard]] FileCommandEnd run_with_file(SharedSession& session, const Command& command, const std::stop_token& stop,
                                           const OutputSink& on_output);

}  // namespace helper::ssh
