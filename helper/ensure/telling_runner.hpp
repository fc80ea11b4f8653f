// TellingRunner tells of each command that a server was sent: its summary, how long it took and how it ended. Nothing
// of its script, its input or its output is told.
#pragma once

#include "base/clock.hpp"
#include "base/command.hpp"
#include "ensure/report.hpp"

#include <string>
#include <utility>

namespace helper::ensure {

class TellingRunner final : public CommandRunner {
 public:
  // Both must outlive it.
  TellingRunner(CommandRunner& runner, const Clock& clock, std::string target, EventSink tell)
      : runner_(runner), clock_(clock), target_(std::move(target)), tell_(std::move(tell)) {}

  [[nodiscard]] Result<CommandOutput> run(const Command& command, const std::stop_token& stop,
                                          const OutputSink& on_output) override {
    const auto start = clock_.now();
    auto output = runner_.run(command, stop, on_output);
    Event event;
    event.kind = Event::Kind::command;
    event.target = target_;
    event.text = where() + ": " + (command.summary.empty() ? "sh" : command.summary);
    event.elapsed = since(clock_, start);
    if (!output) {
      event.cause = error_kind(output.error().code).name;
    } else if (output->exit_status != 0) {
      event.cause = "exit status " + std::to_string(output->exit_status);
    }
    tell_(event);
    return output;
  }
  [[nodiscard]] std::string where() const override { return runner_.where(); }

 private:
  CommandRunner& runner_;
  const Clock& clock_;
  const std::string target_;
  const EventSink tell_;
};

}  // namespace helper::ensure
