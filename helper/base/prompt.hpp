// A Question is something only a person can answer (a passphrase, an unknown host key). Who needs the answer asks a
// Prompter; the question goes to the caller who asked for the work, and a Prompter without a person refuses it.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <stop_token>
#include <string>
#include <vector>

namespace helper {

struct Question {
  enum class Kind { secret, text, confirm };
  Kind kind = Kind::text;
  std::string prompt;                     // one line: "Passphrase for /home/u/.ssh/id_ed25519"
  std::vector<std::string> details;       // lines to show above it, such as a fingerprint
  std::vector<std::string> choices = {};  // of a confirm: the words that may be answered; none: "yes" and "no"
  Milliseconds limit{0};                  // within which it must be answered; 0: not known here
};

class Prompter {
 public:
  virtual ~Prompter() = default;
  // The answer ("yes"/"no" for confirm, or one of its choices). Error: cancelled, timed_out, or not_ready when there is
  // nobody to ask.
  [[nodiscard]] virtual Result<std::string> ask(const Question& question, const std::stop_token& stop) = 0;
  // False when every question would be refused: then nothing need be looked up for a question.
  [[nodiscard]] virtual bool can_ask() const { return true; }
};

// Refuses every question: for callers without a terminal.
class NobodyToAsk final : public Prompter {
 public:
  [[nodiscard]] Result<std::string> ask(const Question& question, const std::stop_token&) override {
    return fail(ErrorCode::not_ready, question.prompt, "there is no terminal to ask in");
  }
  [[nodiscard]] bool can_ask() const override { return false; }
};

}  // namespace helper
