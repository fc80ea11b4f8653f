#include "cli/render/live.hpp"

#include <string>
#include <utility>

namespace helper::cli {
namespace {

// Tenths of a second are shown; four times a second reads as moving and costs nothing.
constexpr Milliseconds k_tick{250};

}  // namespace

Live::Live(std::ostream& out, const Style& style, bool shown, const Clock& clock, std::string prefix)
    : out_(out), shown_(shown), clock_(clock), progress_(style, std::move(prefix)) {
  if (shown_ && style.live) ticker_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Live::~Live() { finish(); }

void Live::on(const ensure::Event& event) {
  const std::lock_guard lock(mutex_);
  write(progress_.on(event, clock_.now()));
}

void Live::say(std::string_view line) {
  const std::lock_guard lock(mutex_);
  write(progress_.hide() + std::string(line) + "\n");
}

void Live::pause() {
  const std::lock_guard lock(mutex_);
  paused_ = true;
  write(progress_.hide());
}

void Live::resume() {
  const std::lock_guard lock(mutex_);
  paused_ = false;
}

void Live::finish(std::string_view told) {
  if (ticker_.joinable()) {
    ticker_.request_stop();
    ticker_.join();
  }
  const std::lock_guard lock(mutex_);
  write(progress_.end(told));
  write(progress_.hide());
}

void Live::write(const std::string& bytes) {
  if (shown_ && !bytes.empty()) out_ << bytes << std::flush;
}

void Live::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    wake_.wait_for(lock, stop, k_tick, [&] { return stop.stop_requested(); });
    if (!stop.stop_requested() && !paused_) write(progress_.tick(clock_.now()));
  }
}

}  // namespace helper::cli
