// SshRunner is a CommandRunner on a server: one caller's view of a Control, which it may share with others.
#pragma once

#include "base/command.hpp"
#include "base/process.hpp"
#include "ssh/control.hpp"
#include "ssh/session.hpp"

#include <memory>
#include <string>

namespace helper::ssh {

class SshRunner final : public CommandRunner {
 public:
  // `options` are for a connection that this caller has to make.
  SshRunner(std::shared_ptr<Control> control, ConnectOptions options, KeepOutput keep_output = KeepOutput::all);
  // With a Control, and so a session, of its own.
  SshRunner(std::string destination, ConnectOptions options, KeepOutput keep_output = KeepOutput::all);
  [[nodiscard]] Result<CommandOutput> run(const Command& command, const std::stop_token& stop,
                                          const OutputSink& on_output = {}) override;
  [[nodiscard]] std::string where() const override;

 private:
  std::shared_ptr<Control> control_;
  ConnectOptions options_;
  KeepOutput keep_output_;
};

}  // namespace helper::ssh
