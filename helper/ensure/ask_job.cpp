#include "ensure/ask_job.hpp"

namespace helper::ensure {

void AskJob::set(Job* job) {
  const std::scoped_lock lock(mutex_);
  job_ = job;
}

bool AskJob::can_ask() const {
  const std::scoped_lock lock(mutex_);
  return job_ != nullptr && job_->can_ask();
}

Result<std::string> AskJob::ask(const Question& question, const std::stop_token& stop) {
  const std::scoped_lock one(one_at_a_time_);
  std::string id;
  {
    const std::scoped_lock lock(mutex_);
    if (job_ == nullptr || !job_->can_ask()) {
      return fail(ErrorCode::not_ready, question.prompt, "there is nobody to ask",
                  "once, in a terminal: helper ensure");
    }
    id = questions_.open();
    Event event;
    event.kind = Event::Kind::question;
    event.text = question.prompt;
    event.question_id = id;
    event.question = question;
    event.question.limit = k_question_limit;
    job_->emit(event);
  }
  auto answer = questions_.wait(id, stop);
  Event over;
  over.kind = Event::Kind::answered;
  over.question_id = id;
  const std::scoped_lock lock(mutex_);
  if (job_ != nullptr) job_->emit(over);
  return answer;
}

}  // namespace helper::ensure
