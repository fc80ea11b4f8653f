#include "ensure/questions.hpp"

namespace helper::ensure {

std::string Questions::open() {
  const std::scoped_lock lock(mutex_);
  const std::string id = "q" + std::to_string(next_++);
  open_.emplace(id, std::nullopt);
  return id;
}

Result<std::string> Questions::wait(const std::string& id, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const bool answered = changed_.wait_for(lock, stop, k_question_limit, [&] { return open_.at(id).has_value(); });
  auto answer = open_.extract(id);
  if (answered) return std::move(*answer.mapped());
  if (stop.stop_requested()) return fail(ErrorCode::cancelled, "question", "the request was cancelled");
  return fail(ErrorCode::timed_out, "question", "nobody answered within 5 minutes",
              "run the command again and answer it");
}

bool Questions::answer(const std::string& id, std::string value) {
  const std::scoped_lock lock(mutex_);
  const auto question = open_.find(id);
  if (question == open_.end() || question->second) return false;
  question->second = std::move(value);
  changed_.notify_all();
  return true;
}

}  // namespace helper::ensure
