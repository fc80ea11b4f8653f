#include "keeper/keep.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdio>
#include <map>
#include <mutex>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

namespace helper::keeper {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t k_threads = 16;
constexpr auto k_engine_answers = seconds(10);
constexpr auto k_lock = seconds(10);  // `forget` holds it for a moment
constexpr int k_most_misses = 6;      // looks at a container that the engine did not answer

std::int64_t now_ms() {
  return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string seconds_text(SteadyClock::duration took) {
  const auto tenths = std::chrono::round<std::chrono::duration<std::int64_t, std::deci>>(took).count();
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

std::string reason(const Result<Ran>& ran) {
  if (!ran) return ran.error().thing + ": " + ran.error().cause;
  const auto code = "exit status " + std::to_string(ran->exit_code.value_or(0));
  return ran->last_line.empty() ? code : ran->last_line + " (" + code + ")";
}

// What will be done with one container: steps, each on one thread of a few. A pause between two tries holds no thread.
class Steps {
 public:
  Steps(const Store& store, const Engine& engine) : store_(store), engine_(engine) {}

  // Looks at the container as soon as a thread is free, and once more when a look is running already.
  void look_at(const std::string& container) {
    if (!store_.has(container)) return;
    const std::lock_guard lock(mutex_);
    auto& job = jobs_[container];
    job.due = SteadyClock::now();
    job.again = job.busy;
    job.misses = 0;
    changed_.notify_one();
  }

  void look_at_all() {
    for (const auto& id : store_.ids()) look_at(id);
  }

  void end() {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  // A thread of the few, until end().
  void work() {
    std::unique_lock lock(mutex_);
    while (!ended_) {
      const auto next = std::min_element(jobs_.begin(), jobs_.end(), [](const auto& one, const auto& other) {
        return std::pair(one.second.busy, one.second.due) < std::pair(other.second.busy, other.second.due);
      });
      if (next == jobs_.end() || next->second.busy) {
        changed_.wait(lock);
      } else if (next->second.due > SteadyClock::now()) {
        changed_.wait_until(lock, Deadline(next->second.due));
      } else {
        do_one(lock, next->first, next->second);
      }
    }
  }

 private:
  struct Job {
    Deadline due;
    bool busy = false;
    bool again = false;
    int misses = 0;
  };

  // The job stays where it is while it is busy: nobody else removes it.
  void do_one(std::unique_lock<std::mutex>& lock, const std::string& container, Job& job) {
    job.busy = true;
    int misses = job.misses;
    lock.unlock();
    const auto pause = work_on(container, misses);
    lock.lock();
    job.busy = false;
    if (std::exchange(job.again, false)) {
      job.due = SteadyClock::now();
    } else if (pause) {
      job.misses = misses;
      job.due = SteadyClock::now() + *pause;
    } else {
      jobs_.erase(std::string(container));
    }
    changed_.notify_all();
  }

  // All that can be done now. How long to wait until there is more; nothing when there is no more.
  std::optional<milliseconds> work_on(const std::string& container, int& misses) {
    const auto short_id = container.substr(0, 12);
    const auto lock = store_.lock(container, k_lock);
    if (!lock) {
      say("cannot work on " + short_id + ": " + lock.error().cause);
      return std::nullopt;
    }
    while (true) {
      const auto record = store_.record(container);
      if (!record) {
        say("skip the record of " + short_id + ": " + record.error().cause);
        return std::nullopt;
      }
      if (!*record) return std::nullopt;
      const auto looked = engine_.look(container);
      if (!looked) return after_a_miss(short_id, looked.error(), misses);
      misses = 0;
      if (looked->is == Looked::Is::gone) forget(container);
      if (looked->is != Looked::Is::running || is_same_run(looked->run, (*record)->handled)) return std::nullopt;
      auto state = state_of(**record, looked->run, store_.state(container));
      const auto next = next_of(**record, state, now_ms());
      if (const auto* wait = std::get_if<Wait>(&next)) return milliseconds(wait->ms);
      const auto* run = std::get_if<RunService>(&next);
      if (run == nullptr || !start((*record)->services.at(run->which), *looked, container, state, run->which)) {
        return std::nullopt;
      }
    }
  }

  // Runs one service, and writes down the result. False: the keeper ends.
  bool start(const Service& service, const Looked& looked, const std::string& container, State& state,
             std::size_t which) {
    const auto begin = SteadyClock::now();
    const auto ran = engine_.run(container, service);
    if (!ran && ran.error().code == ErrorCode::cancelled) return false;
    auto& tried = state.services.at(which);
    note(tried, ran, now_ms());
    const auto what = service.name + " in " + looked.name;
    if (tried.outcome == Outcome::started) {
      say("started " + what + " (" + seconds_text(SteadyClock::now() - begin) + ")");
    } else {
      say("cannot start " + what + ": " + reason(ran) +
          (tried.outcome == Outcome::failed ? "; that was the last try" : ""));
    }
    if (const auto done = store_.write(container, state); !done) {
      say("cannot write the result of " + what + ": " + done.error().cause);
      // Without that state the same service would be run again and again.
      return false;
    }
    return true;
  }

  std::optional<milliseconds> after_a_miss(const std::string& short_id, const Error& error, int& misses) {
    if (error.code == ErrorCode::cancelled) return std::nullopt;
    const bool last = ++misses >= k_most_misses;
    say("cannot look at " + short_id + ": " + error.cause + (last ? "; that was the last try" : ""));
    return last ? std::nullopt : std::optional<milliseconds>(seconds(3));
  }

 public:
  void forget(const std::string& container) const {
    if (!store_.has(container)) return;
    const auto done = store_.forget(container);
    say(done ? "forget " + container.substr(0, 12) + ": it was removed"
             : "cannot forget " + container.substr(0, 12) + ": " + done.error().cause);
  }

 private:
  const Store& store_;
  const Engine& engine_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Job> jobs_;
  bool ended_ = false;
};

// Records that `record` writes while this runs.
void take_new_records(const Fd& notices, Steps& steps) {
  alignas(inotify_event) std::array<char, 16 * 1024> bytes{};
  const auto got = ::read(notices.get(), bytes.data(), bytes.size());
  for (std::size_t at = 0; got > 0 && at + sizeof(inotify_event) <= static_cast<std::size_t>(got);) {
    const auto* notice = reinterpret_cast<const inotify_event*>(&bytes.at(at));
    const std::string_view name = notice->len > 0 ? &notice->name[0] : "";
    if ((notice->mask & IN_Q_OVERFLOW) != 0) steps.look_at_all();
    if (name.size() == 69 && name.ends_with(".json") && is_hex(name.substr(0, 64)))
      steps.look_at(std::string(name.substr(0, 64)));
    at += sizeof(inotify_event) + notice->len;
  }
}

void take_event(const Event& event, Steps& steps) {
  if (event.is == Event::Is::removed) {
    steps.forget(event.container);
  } else {
    steps.look_at(event.container);
  }
}

// Until the stream ends: its error.
Error follow(EventStream& events, const Fd& notices, int stop, Steps& steps) {
  while (true) {
    std::array<pollfd, 3> fds{{{events.fd(), POLLIN, 0}, {notices.get(), POLLIN, 0}, {stop, POLLIN, 0}}};
    if (::poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) return {ErrorCode::internal, "poll", "it failed", {}};
    if (fds[2].revents != 0) return {ErrorCode::cancelled, "the keeper", "it was told to end", {}};
    if (fds[1].revents != 0) take_new_records(notices, steps);
    if (fds[0].revents == 0) continue;
    const auto taken = events.take();
    if (!taken) return taken.error();
    for (const auto& event : *taken) take_event(event, steps);
    if (events.lost_something()) steps.look_at_all();
  }
}

Error keep_until_the_end(const Store& store, const Engine& engine, int stop, Steps& steps) {
  if (const auto made = store.prepare(); !made) return made.error();
  const Fd notices(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!notices || ::inotify_add_watch(notices.get(), store.records().c_str(), IN_MOVED_TO) < 0) {
    return {ErrorCode::file_failed, store.records(), std::generic_category().message(errno), {}};
  }
  store.tidy();
  // Events first, so that nothing that starts during the first look is missed.
  auto events = engine.events(SteadyClock::now() + k_engine_answers);
  if (!events) return events.error();
  say("follows the engine; records: " + std::to_string(store.ids().size()));
  steps.look_at_all();
  const auto first = events->take_received();
  if (!first) return first.error();
  for (const auto& event : *first) take_event(event, steps);
  return follow(*events, notices, stop, steps);
}

}  // namespace

void say(std::string_view line) {
  const auto text = one_line(line, 400) + "\n";
  // One write, so that lines of two threads do not mix. A log that nobody reads is no reason to end.
  [[maybe_unused]] const auto put = ::write(STDERR_FILENO, text.data(), text.size());
}

int keep(const Store& store, const std::string& socket, int stop) {
  const Engine engine(socket, stop);
  Steps steps(store, engine);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < k_threads; ++i) threads.emplace_back([&steps] { steps.work(); });
  const auto error = keep_until_the_end(store, engine, stop, steps);
  // Threads that wait for the engine end as well.
  [[maybe_unused]] const int told = ::eventfd_write(stop, 1);
  steps.end();
  threads.clear();
  if (error.code == ErrorCode::cancelled) return 0;
  say(error.thing + ": " + error.cause);
  return 1;
}

}  // namespace helper::keeper
