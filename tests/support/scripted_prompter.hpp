// ScriptedPrompter is a person who answers questions as written down beforehand, and walks away after the last.
// Thread-safe.
#pragma once

#include "base/prompt.hpp"

#include <deque>
#include <initializer_list>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace helper::test {

class ScriptedPrompter final : public Prompter {
 public:
  ScriptedPrompter() = default;
  ScriptedPrompter(std::initializer_list<std::string> answers) : answers_(answers.begin(), answers.end()) {}

  [[nodiscard]] Result<std::string> ask(const Question& question, const std::stop_token& stop) override {
    const std::lock_guard lock(mutex_);
    asked_.push_back(question);
    if (stop.stop_requested()) return fail(ErrorCode::cancelled, question.prompt, "the question was withdrawn");
    if (answers_.empty()) return fail(ErrorCode::not_ready, question.prompt, "there is nobody to answer");
    std::string answer = std::move(answers_.front());
    answers_.pop_front();
    return answer;
  }

  void will_answer(std::string answer) {
    const std::lock_guard lock(mutex_);
    answers_.push_back(std::move(answer));
  }
  // Every question so far, in order.
  [[nodiscard]] std::vector<Question> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  mutable std::mutex mutex_;
  std::deque<std::string> answers_;
  std::vector<Question> asked_;
};

}  // namespace helper::test
