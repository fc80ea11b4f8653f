// CountingRunner counts the commands that are sent to a server, so that a report can show its round trips.
#pragma once

#include "base/command.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace helper::ensure {

class CountingRunner final : public CommandRunner {
 public:
  explicit CountingRunner(std::unique_ptr<CommandRunner> runner) : runner_(std::move(runner)) {}

  [[nodiscard]] Result<CommandOutput> run(const Command& command, const std::stop_token& stop,
                                          const OutputSink& on_output) override {
    ++runs_;
    return runner_->run(command, stop, on_output);
  }
  [[nodiscard]] std::string where() const override { return runner_->where(); }
  [[nodiscard]] std::uint64_t runs() const { return runs_; }

 private:
  std::unique_ptr<CommandRunner> runner_;
  std::uint64_t runs_ = 0;
};

}  // namespace helper::ensure
