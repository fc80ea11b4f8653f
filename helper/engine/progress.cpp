#include "engine/progress.hpp"

#include "base/command.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cctype>

namespace helper::engine {
namespace {

constexpr std::size_t k_max_line = 300;  // bytes that are shown
constexpr std::chrono::milliseconds k_pause{250};

bool is_layer(std::string_view name) {
  return name.size() == 12 && std::ranges::all_of(name, [](unsigned char c) { return std::isxdigit(c) != 0; });
}

// "Step 3/7 : RUN ..." of the old builder, "#7 [3/5] RUN ..." of BuildKit.
bool begins_step(std::string_view line) {
  if (line.starts_with("Step ")) return true;
  const auto space = line.find(' ');
  return line.starts_with('#') && space != std::string_view::npos && line.substr(space + 1).starts_with('[');
}

// "#7 sha256:7c89..." of BuildKit, below the name of each step.
bool is_digest(std::string_view line) {
  const auto space = line.find(' ');
  return line.starts_with('#') && space != std::string_view::npos && line.substr(space + 1).starts_with("sha256:");
}

}  // namespace

void Lines::take(std::string_view piece) {
  for (const char c : piece) {
    if (c == '\n' || c == '\r') {
      if (!begun_.empty()) sink_(begun_);
      begun_.clear();
    } else if (begun_.size() < k_max_line) {
      begun_ += c;
    }
  }
}

PullProgress::PullProgress(const OutputSink& on_progress)
    : on_progress_(on_progress), lines_([this](const std::string& text) { line(text); }) {}

void PullProgress::line(const std::string& text) {
  const auto colon = text.find(": ");
  if (colon == std::string::npos || !is_layer(text.substr(0, colon))) return;
  const std::string state = text.substr(colon + 2);
  bool& complete = layers_[text.substr(0, colon)];
  complete = complete || state == "Pull complete" || state == "Already exists";
  const auto done = std::ranges::count_if(layers_, [](const auto& layer) { return layer.second; });
  const std::string told = std::to_string(done) + " of " + std::to_string(layers_.size()) + " layers";
  if (told == told_) return;
  told_ = told;
  if (on_progress_) on_progress_(told);
}

BuildProgress::BuildProgress(const OutputSink& on_progress)
    : on_progress_(on_progress), lines_([this](const std::string& text) { line(text); }) {}

void BuildProgress::line(const std::string& text) {
  if (is_digest(text)) return;
  const auto now = std::chrono::steady_clock::now();
  if (!on_progress_ || (!begins_step(text) && now < next_)) return;
  next_ = now + k_pause;
  on_progress_(printable(text, k_max_line));
}

}  // namespace helper::engine
