// A Job is one piece of work on a target's worker, with those who wait for it. Several may wait for the same one; each
// sees all of its events, and it is cancelled only when none of them waits any more.
#pragma once

#include "base/result.hpp"
#include "config/config.hpp"
#include "ensure/report.hpp"

#include <any>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace helper::ensure {

// What a job does, and for which config: whole, so that no field of it can be forgotten. Two requests are one job only
// if they ask for the same thing of the same config.
struct JobKey {
  JobKey() = default;  // of a job that is never shared
  JobKey(std::string its_what, std::optional<config::Target> its_config = std::nullopt)
      : what(std::move(its_what)), config(std::move(its_config)) {}
  JobKey(const char* its_what) : what(its_what) {}
  [[nodiscard]] bool empty() const { return what.empty(); }
  friend bool operator==(const JobKey&, const JobKey&) = default;

  std::string what;
  std::optional<config::Target> config;
};

class Job {
 public:
  using Work = std::function<void(Job&)>;

  // Jobs of one key may be shared while they wait or run, unless it is empty.
  Job(JobKey key, Work work) : key_(std::move(key)), work_(std::move(work)) {}

  [[nodiscard]] const JobKey& key() const { return key_; }
  [[nodiscard]] std::stop_token stop() const { return stop_.get_token(); }
  void request_stop() { stop_.request_stop(); }

  // Runs the work on the calling thread, then wakes everyone who waits. What the work throws is its failure().
  void run() noexcept;

  // After wait() has returned true: the defect that ended the work before it had a result.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

  // The result of the work; one type for all jobs of a key.
  template <class T>
  void set_result(T value) {
    result_ = std::move(value);
  }
  // After wait() has returned true.
  template <class T>
  [[nodiscard]] T result() const {
    return std::any_cast<T>(result_);
  }

  // Sent to every listener, and kept for those who come later. A listener that cannot be told does not delay the rest.
  void emit(const Event& event);

  // True when somebody listens who can answer a question.
  [[nodiscard]] bool can_ask() const;
  // Those who wait for it know already.
  [[nodiscard]] bool is_done() const;
  // The step that is under way; "" before the first.
  [[nodiscard]] std::string current_step() const;

  // Joins: past events are sent at once, later ones as they come. False when the job is over or being cancelled.
  bool join(std::size_t listener, EventSink sink, bool can_answer);
  // Waits for the end or for `stop`; on stop the listener leaves. True when the job is done.
  bool wait(std::size_t listener, const std::stop_token& stop);

 private:
  struct Listener {
    std::size_t id;
    EventSink sink;
    bool can_answer;
  };

  const JobKey key_;
  const Work work_;
  std::stop_source stop_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Listener> listeners_;
  std::vector<Event> history_;
  std::any result_;               // written by the work, read after done_
  std::optional<Error> failure_;  // as result_
  bool done_ = false;
};

}  // namespace helper::ensure
