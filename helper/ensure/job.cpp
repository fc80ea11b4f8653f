#include "ensure/job.hpp"

#include "base/log.hpp"
#include "base/shortage.hpp"

#include <algorithm>
#include <exception>

namespace helper::ensure {
namespace {

bool is_about_a_question(const Event& event) {
  return event.kind == Event::Kind::question || event.kind == Event::Kind::answered;
}

void tell(const EventSink& sink, const Event& event) {
  try {
    sink(event);
  } catch (const std::exception& error) {
    log_warning("a listener could not be told: {}", error.what());
  }
}

}  // namespace

void Job::run() noexcept {
  try {
    work_(*this);
  } catch (const std::exception& defect) {
    failure_ = Error{ErrorCode::internal, "request", std::string("it failed with an internal error: ") + defect.what(),
                     "look at the log, then try again"};
  } catch (...) {
    failure_ =
        Error{ErrorCode::internal, "request", "it failed with an internal error", "look at the log, then try again"};
  }
  if (failure_) {
    *failure_ = or_shortage(std::move(*failure_));
    log_line(LogLevel::error, to_text(*failure_));
  }
  const std::scoped_lock lock(mutex_);
  done_ = true;
  changed_.notify_all();
}

void Job::emit(const Event& event) {
  const std::scoped_lock lock(mutex_);
  history_.push_back(event);
  for (const auto& listener : listeners_) {
    if (!is_about_a_question(event) || listener.can_answer) tell(listener.sink, event);
  }
}

bool Job::can_ask() const {
  const std::scoped_lock lock(mutex_);
  return std::ranges::any_of(listeners_, &Listener::can_answer);
}

bool Job::is_done() const {
  const std::scoped_lock lock(mutex_);
  return done_;
}

std::string Job::current_step() const {
  const std::scoped_lock lock(mutex_);
  const auto started = std::find_if(history_.rbegin(), history_.rend(),
                                    [](const Event& event) { return event.kind == Event::Kind::started; });
  return started == history_.rend() ? std::string() : started->text;
}

bool Job::join(std::size_t listener, EventSink sink, bool can_answer) {
  const std::scoped_lock lock(mutex_);
  if (done_ || stop_.stop_requested()) return false;
  for (const auto& event : history_) {
    if (!is_about_a_question(event)) tell(sink, event);  // an open question was asked of those who were there
  }
  listeners_.push_back({listener, std::move(sink), can_answer});
  return true;
}

bool Job::wait(std::size_t listener, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (changed_.wait(lock, stop, [&] { return done_; })) return true;
  std::erase_if(listeners_, [&](const Listener& l) { return l.id == listener; });
  if (listeners_.empty()) stop_.request_stop();
  return false;
}

}  // namespace helper::ensure
