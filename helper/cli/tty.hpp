// TtyPrompter asks a person in the terminal that this process belongs to (/dev/tty, not standard input: that may be a
// pipe), without echo where the answer is a secret.
#pragma once

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/prompt.hpp"

namespace helper::cli {

// How long a question stays open. The daemon has a limit of its own; this one is for a forgotten terminal, not to wait
// for ever.
inline constexpr Milliseconds k_answer_limit{300'000};

class TtyPrompter final : public Prompter {
 public:
  TtyPrompter(Fd terminal, bool utf8) : terminal_(std::move(terminal)), utf8_(utf8) {}

  // Errors: cancelled (a stop, or Ctrl-D), timed_out, not_ready (the terminal went away).
  [[nodiscard]] Result<std::string> ask(const Question& question, const std::stop_token& stop) override;

 private:
  Fd terminal_;
  bool utf8_;
};

// /dev/tty, when this process has one and is in its foreground (a background job would be stopped by reading it).
[[nodiscard]] Fd open_terminal();

// Puts the terminal's echo back if a question has it off at this moment: for a way out that runs no destructors.
void restore_echo() noexcept;

// Which of the choices the text is (none: "yes" and "no"), or "" when it is none of them. A first letter that only one
// of them has will do, in any case.
[[nodiscard]] std::string read_confirmation(std::string_view text, const std::vector<std::string>& choices = {});

}  // namespace helper::cli
