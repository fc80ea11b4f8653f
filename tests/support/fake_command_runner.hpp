// FakeCommandRunner is a CommandRunner without a machine: it answers scripts as it was told and keeps what it was
// asked. A command that nobody foresaw fails the test. Thread-safe.
#pragma once

#include "base/command.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace helper::test {

class FakeCommandRunner final : public CommandRunner {
 public:
  using Match = std::function<bool(const Command&)>;
  using Answer = std::function<Result<CommandOutput>(const Command&)>;

  explicit FakeCommandRunner(std::string where = "the fake server") : where_(std::move(where)) {}

  // Rules are tried newest first, so that a test can overrule what its fixture set up.
  void always(Match match, Answer answer) { add({std::move(match), std::move(answer), false}); }
  void once(Match match, Answer answer) { add({std::move(match), std::move(answer), true}); }
  void always(const std::string& part, Result<CommandOutput> output) { always(holds(part), gives(std::move(output))); }
  void once(const std::string& part, Result<CommandOutput> output) { once(holds(part), gives(std::move(output))); }

  // A script that has `part` in it.
  [[nodiscard]] static Match holds(std::string part) {
    return [part = std::move(part)](const Command& command) { return command.script.find(part) != std::string::npos; };
  }
  [[nodiscard]] static Answer gives(Result<CommandOutput> output) {
    return [output = std::move(output)](const Command&) { return output; };
  }

  [[nodiscard]] Result<CommandOutput> run(const Command& command, const std::stop_token& stop,
                                          const OutputSink& on_output = {}) override {
    const Answer answer = take_answer(command);
    if (stop.stop_requested()) return fail(ErrorCode::cancelled, where_, "the command was cancelled");
    auto output = answer(command);
    if (output && on_output) {
      if (!output->out.empty()) on_output(output->out);
      if (!output->err.empty()) on_output(output->err);
    }
    return output;
  }
  [[nodiscard]] std::string where() const override { return where_; }

  // Every command so far, in order.
  [[nodiscard]] std::vector<Command> commands() const {
    const std::lock_guard lock(mutex_);
    return commands_;
  }
  [[nodiscard]] std::size_t count(const std::string& part) const {
    const auto all = commands();
    return static_cast<std::size_t>(std::ranges::count_if(all, holds(part)));
  }

 private:
  struct Rule {
    Match match;
    Answer answer;
    bool once;
  };

  void add(Rule rule) {
    const std::lock_guard lock(mutex_);
    rules_.insert(rules_.begin(), std::move(rule));
  }

  Answer take_answer(const Command& command) {
    const std::lock_guard lock(mutex_);
    commands_.push_back(command);
    const auto rule = std::ranges::find_if(rules_, [&](const Rule& candidate) { return candidate.match(command); });
    if (rule == rules_.end()) {
      ADD_FAILURE() << "no answer was scripted for: " << command.script;
      return gives(fail(ErrorCode::internal, where_, "no answer was scripted"));
    }
    Answer answer = rule->answer;
    if (rule->once) rules_.erase(rule);
    return answer;
  }

  std::string where_;
  mutable std::mutex mutex_;
  std::vector<Rule> rules_;
  std::vector<Command> commands_;
};

}  // namespace helper::test
