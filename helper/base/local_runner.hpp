// LocalRunner is a CommandRunner for this machine: each script goes to a fresh `sh -s`.
#pragma once

#include "base/command.hpp"

namespace helper {

class LocalRunner final : public CommandRunner {
 public:
  [[nodiscard]] Result<CommandOutput> run(const Command& command, const std::stop_token& stop, const OutputSink& on_output = {}) override;
  [[nodiscard]] std::string where() const override { return "this machine"; }
};

}  // namespace helper
