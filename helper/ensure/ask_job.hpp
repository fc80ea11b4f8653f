// AskJob asks questions of those who wait for the job that runs now; between jobs there is nobody to ask.
#pragma once

#include "base/prompt.hpp"
#include "ensure/job.hpp"
#include "ensure/questions.hpp"

#include <mutex>
#include <string>

namespace helper::ensure {

class AskJob final : public Prompter {
 public:
  explicit AskJob(Questions& questions) : questions_(questions) {}

  // While it lives, questions are the job's.
  class During {
   public:
    During(AskJob& ask, Job& job) : ask_(ask) { ask_.set(&job); }
    ~During() { ask_.set(nullptr); }
    During(const During&) = delete;
    During& operator=(const During&) = delete;

   private:
    AskJob& ask_;
  };

  [[nodiscard]] bool can_ask() const override;
  [[nodiscard]] Result<std::string> ask(const Question& question, const std::stop_token& stop) override;

 private:
  void set(Job* job);

  Questions& questions_;
  std::mutex one_at_a_time_;
  mutable std::mutex mutex_;
  Job* job_ = nullptr;
};

}  // namespace helper::ensure
