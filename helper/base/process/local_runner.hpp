// LocalRunner is a CommandRunner for this machine: each script is run by a fresh `sh -c`, so that standard input is
// free for stdin_text. A script of more than 100,000 bytes is refused (server_command).
#pragma once

#include "base/command.hpp"
#include "base/process/process.hpp"

namespace helper {

class LocalRunner final : public CommandRunner {
 public:
  explicit LocalRunner(KeepOutput keep_output = KeepOutput::all) : keep_output_(keep_output) {}
  [[nodiscard]] Result<CommandOutput> run(const Command& command, const std::stop_token& stop,
                                          const OutputSink& on_output = {}) override;
  [[nodiscard]] std::string where() const override { return "this machine"; }

 private:
  KeepOutput keep_output_;
};

}  // namespace helper
