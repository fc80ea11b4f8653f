// Live shows a request's progress on an output while the request runs: Progress, a lock around it, and a tick.
#pragma once

#include "base/clock.hpp"
#include "cli/render/progress.hpp"

#include <condition_variable>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>

namespace helper::cli {

class Live {
 public:
  // `shown` false: nothing is written at all. `prefix` as Progress has it.
  Live(std::ostream& out, const Style& style, bool shown, const Clock& clock, std::string prefix = {});
  ~Live();
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  void on(const ensure::Event& event);
  // A line between the others, from any thread.
  void say(std::string_view line);
  // No tick between pause() and resume(): a question is in the terminal.
  void pause();
  void resume();
  // Stops ticking and clears the live line. `told` is the cause of the error that is shown next, as Progress::end has
  // it.
  void finish(std::string_view told = {});
  [[nodiscard]] const std::set<std::string>& told_notes() const { return progress_.told_notes(); }

 private:
  void write(const std::string& bytes);
  void run(const std::stop_token& stop);

  std::ostream& out_;
  bool shown_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  Progress progress_;
  bool paused_ = false;
  std::jthread ticker_;
};

}  // namespace helper::cli
