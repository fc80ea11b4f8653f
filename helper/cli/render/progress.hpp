// Progress turns the events of a request into what a terminal, or a log, should be sent: one live line for what runs,
// one lasting line for each thing done. Pure: bytes out, no output of its own.
#pragma once

#include "base/clock.hpp"
#include "cli/render/style.hpp"
#include "ensure/report.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace helper::cli {

class Progress {
 public:
  // `prefix` begins every line; "" where all lines are about the same target.
  explicit Progress(Style style, std::string prefix = {}) : style_(style), prefix_(std::move(prefix)) {}

  // A step that failed is shown with what comes next: end(), or another event.
  [[nodiscard]] std::string on(const ensure::Event& event, SteadyTime now);
  // The request is over. The step that failed last is shown without its cause where `told`, the cause of the error that
  // is shown below it, says that already.
  [[nodiscard]] std::string end(std::string_view told = {});
  // The live line again, with the time that has passed; "" when nothing runs or lines cannot be drawn over.
  [[nodiscard]] std::string tick(SteadyTime now);
  // Clears the live line, so that something else may be written; the next tick brings it back.
  [[nodiscard]] std::string hide();

  [[nodiscard]] const std::set<std::string>& told_notes() const { return told_notes_; }

 private:
  struct Running {
    std::string text;
    std::string detail;
    SteadyTime since;
  };

  [[nodiscard]] std::string shown(const ensure::Event& event, SteadyTime now);

  Style style_;
  std::string prefix_;
  std::optional<Running> running_;
  std::optional<ensure::Event> failed_;  // not shown yet
  bool line_is_up_ = false;
  std::set<std::string> told_notes_;
};

}  // namespace helper::cli
