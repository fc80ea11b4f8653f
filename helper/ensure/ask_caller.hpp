// AskCaller asks the caller of one request a question, where no job of a worker is involved.
#pragma once

#include "base/prompt.hpp"
#include "ensure/questions.hpp"
#include "ensure/report.hpp"

#include <string>

namespace helper::ensure {

class AskCaller final : public Prompter {
 public:
  AskCaller(Questions& questions, EventSink on_event, bool can_answer, std::string target)
      : questions_(questions), on_event_(std::move(on_event)), can_answer_(can_answer), target_(std::move(target)) {}

  [[nodiscard]] bool can_ask() const override { return can_answer_; }
  [[nodiscard]] Result<std::string> ask(const Question& question, const std::stop_token& stop) override {
    if (!can_answer_) return fail(ErrorCode::not_ready, question.prompt, "there is nobody to ask");
    Event event;
    event.kind = Event::Kind::question;
    event.target = target_;
    event.text = question.prompt;
    event.question_id = questions_.open();
    event.question = question;
    on_event_(event);
    return questions_.wait(event.question_id, stop);
  }

 private:
  Questions& questions_;
  EventSink on_event_;
  bool can_answer_;
  std::string target_;
};

}  // namespace helper::ensure
