// Worker is one thread with a queue of jobs: what it runs needs no lock, because nothing else touches the same data.
#pragma once

#include "base/clock.hpp"
#include "ensure/job.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

namespace helper::ensure {

class Worker {
 public:
  Worker() : thread_([this](const std::stop_token& stop) { loop(stop); }) {}
  ~Worker() { close(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Does `work` on the worker's thread and waits for its result. A job of the same key that waits or runs already is
  // shared. Error cancelled when `stop` is requested first.
  template <class T>
  [[nodiscard]] Result<T> request(const JobKey& key, const EventSink& on_event, bool can_answer,
                                  const std::stop_token& stop, std::function<Result<T>(Job&)> work) {
    auto [job, listener] =
        join(key, on_event, can_answer, [work = std::move(work)](Job& running) { running.set_result(work(running)); });
    if (!job || !job->wait(listener, stop)) return fail(ErrorCode::cancelled, "request", "it was cancelled");
    if (const auto& defect = job->failure()) return fail(*defect);
    return job->template result<Result<T>>();
  }

  // Cancels what runs and what waits, then joins; what comes later is refused. Jobs heed their stop tokens within
  // seconds.
  void close();

  // Does `work` some time, unless a job of that key waits already. Nobody is told.
  void post(const JobKey& key, Job::Work work);
  // Does `work` at that time, or soon after it. Nobody is told.
  void post_at(SteadyTime when, Job::Work work);

  // The step under way when a shared job runs now; nullopt when there is none.
  [[nodiscard]] std::optional<std::string> busy_with() const;

 private:
  // The job to wait for, and the listener's number; no job once the worker closes.
  std::pair<std::shared_ptr<Job>, std::size_t> join(const JobKey& key, const EventSink& on_event, bool can_answer,
                                                    Job::Work work);
  [[nodiscard]] std::shared_ptr<Job> find_waiting(const JobKey& key) const;
  void queue_what_is_due();  // with mutex_ held
  void loop(const std::stop_token& stop);

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::shared_ptr<Job>> queue_;
  std::multimap<SteadyTime, std::shared_ptr<Job>> later_;
  std::shared_ptr<Job> running_;
  std::size_t listeners_ = 0;
  bool closed_ = false;
  std::jthread thread_;  // last: it starts when all else is there
};

}  // namespace helper::ensure
