#include "ensure/worker.hpp"

#include <algorithm>

namespace helper::ensure {

void Worker::close() {
  {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
    if (running_) running_->request_stop();
    for (const auto& job : queue_) job->request_stop();
  }
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Worker::post(const JobKey& key, Job::Work work) {
  const std::scoped_lock lock(mutex_);
  if (closed_ || find_waiting(key)) return;
  queue_.push_back(std::make_shared<Job>(key, std::move(work)));
  changed_.notify_all();
}

void Worker::post_at(SteadyTime when, Job::Work work) {
  const std::scoped_lock lock(mutex_);
  if (closed_) return;
  later_.emplace(when, std::make_shared<Job>(JobKey(), std::move(work)));
  changed_.notify_all();
}

void Worker::queue_what_is_due() {
  const auto due = later_.upper_bound(std::chrono::steady_clock::now());
  for (auto at = later_.begin(); at != due; at = later_.erase(at)) queue_.push_back(std::move(at->second));
}

std::optional<std::string> Worker::busy_with() const {
  const std::scoped_lock lock(mutex_);
  if (!running_ || running_->key().empty() || running_->is_done()) return std::nullopt;
  return running_->current_step();
}

std::pair<std::shared_ptr<Job>, std::size_t> Worker::join(const JobKey& key, const EventSink& on_event, bool can_answer,
                                                          Job::Work work) {
  const std::scoped_lock lock(mutex_);
  const std::size_t listener = ++listeners_;
  if (closed_) return {nullptr, listener};
  auto job = find_waiting(key);
  if (!job && !key.empty() && running_ && running_->key() == key) job = running_;
  if (!job || !job->join(listener, on_event, can_answer)) {
    job = std::make_shared<Job>(key, std::move(work));
    job->join(listener, on_event, can_answer);
    queue_.push_back(job);
    changed_.notify_all();
  }
  return {job, listener};
}

std::shared_ptr<Job> Worker::find_waiting(const JobKey& key) const {
  const auto waiting = std::ranges::find(queue_, key, [](const auto& job) { return job->key(); });
  return key.empty() || waiting == queue_.end() ? nullptr : *waiting;
}

void Worker::loop(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    queue_what_is_due();
    if (queue_.empty()) {
      if (stop.stop_requested()) return;
      if (later_.empty()) {
        changed_.wait(lock, stop, [&] { return !queue_.empty() || !later_.empty(); });
      } else {
        const auto first = later_.begin()->first;
        changed_.wait_until(lock, stop, first, [&] { return !queue_.empty() || later_.begin()->first != first; });
      }
      continue;
    }
    running_ = queue_.front();
    queue_.pop_front();
    const auto job = running_;
    lock.unlock();
    job->run();
    lock.lock();
    running_ = nullptr;
  }
}

}  // namespace helper::ensure
