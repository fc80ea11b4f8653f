// SshRunner is a CommandRunner on a server: one control session, one shell that stays open on it, so that a script
// costs one round trip; a command with a stdin_file has an exec channel of its own. A connection that is lost is
// dialled again on the next run().
#pragma once

#include "base/command.hpp"
#include "base/process.hpp"
#include "ssh/session.hpp"

#include <memory>
#include <string>

namespace helper::ssh {

class SshRunner final : public CommandRunner {
 public:
  SshRunner(std::string destination, ConnectOptions options, KeepOutput keep_output = KeepOutput::all);
  ~SshRunner() override;
  [[nodiscard]] Result<CommandOutput> run(const Command& command, const std::stop_token& stop,
                                          const OutputSink& on_output = {}) override;
  [[nodiscard]] std::string where() const override;

  // Round trips spent so far on commands (not counting dialling), for the benchmark and for tests.
  [[nodiscard]] std::uint64_t commands_run() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace helper::ssh
