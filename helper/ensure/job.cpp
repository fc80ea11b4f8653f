#include "ensure/job.hpp"

#include <algorithm>

namespace helper::ensure {
namespace {

bool is_about_a_question(const Event& event) {
  return event.kind == Event::Kind::question || event.kind == Event::Kind::answered;
}

}  // namespace

void Job::run() {
  work_(*this);
  const std::scoped_lock lock(mutex_);
  done_ = true;
  changed_.notify_all();
}

void Job::emit(const Event& event) {
  const std::scoped_lock lock(mutex_);
  history_.push_back(event);
  for (const auto& listener : listeners_) {
    if (!is_about_a_question(event) || listener.can_answer) listener.sink(event);
  }
}

bool Job::can_ask() const {
  const std::scoped_lock lock(mutex_);
  return std::ranges::any_of(listeners_, &Listener::can_answer);
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
    if (!is_about_a_question(event)) sink(event);  // a question that is open was put to those who were there
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
