// What a target's Jupyter does now: asked through the target's own way to the server, and remembered for a moment.
#pragma once

#include "base/files.hpp"
#include "base/paths.hpp"
#include "ensure/hands.hpp"
#include "plan/work.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace helper::ensure {

// How long an answer is good enough for `status`; and how long a Jupyter that did not answer is not asked again.
inline constexpr Milliseconds k_work_known_for{3'000};
inline constexpr Milliseconds k_silence_known_for{15'000};

[[nodiscard]] Result<JupyterLines> open_lines(tunnel::TunnelSet& tunnels, const plan::JupyterDoor& door);

// A Jupyter that does not answer is an answer: the kernels are unknown, and why.
[[nodiscard]] plan::JupyterWork ask_jupyter(JupyterApi& jupyter, JupyterLines lines, const std::stop_token& stop);

// Asks now. Nothing when there is no Jupyter to ask.
[[nodiscard]] std::optional<plan::JupyterWork> look_at_work(const Hands& hands, const plan::Desired& desired,
                                                            const plan::Observed& observed,
                                                            const std::stop_token& stop);

// KnownWork is the newest answer. Several threads that want one at the same time ask once. Thread-safe.
class KnownWork {
 public:
  explicit KnownWork(Clock& clock) : clock_(clock) {}
  // The answer for this run of a container, when it is young enough.
  [[nodiscard]] std::optional<plan::JupyterWork> find(const std::string& run) const;
  // That, or what `ask` finds. It runs on the caller's thread.
  [[nodiscard]] plan::JupyterWork get(const std::string& run, const std::function<plan::JupyterWork()>& ask,
                                      const std::stop_token& stop);

 private:
  struct Answer {
    std::string run;
    plan::JupyterWork work;
    SteadyTime at;
  };
  [[nodiscard]] std::optional<plan::JupyterWork> young(const std::string& run) const;  // the mutex is held

  Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool asking_ = false;
  std::optional<Answer> answer_;
};

// The token of a target's Jupyter: made once on this machine, in a file that only its owner can read.

// As is_token() has it. Made when there is none yet, or when the file holds none. A person who wants another one
// removes the file.
[[nodiscard]] Result<std::string> jupyter_token(FileStore& files, const Paths& paths, const std::string& target);

}  // namespace helper::ensure
