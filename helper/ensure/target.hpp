// Target owns one target: its worker, its connection, what is known of it, and what it should be. The worker's
// thread is the only one that touches them; the verbs say what is done there.
#pragma once

#include "ensure/ask_job.hpp"
#include "ensure/healing.hpp"
#include "ensure/shared_knowledge.hpp"
#include "ensure/start_watch.hpp"
#include "ensure/verbs.hpp"
#include "ensure/worker.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace helper::ensure {

// From the start of a daemon until it looks after what was wanted before: what a person asks for now comes first.
inline constexpr Milliseconds k_take_up_after{3'000};
// Between two looks at a target that somebody watches.
inline constexpr Milliseconds k_watch_limit{25'000};

// One request, as its config was when it came.
struct Call {
  config::Target config;
  Caller caller;
  std::stop_token stop;
  EventSink on_event = [](const Event&) {};
  std::string what{};  // requests for the same thing, of the same config, share one job; "" = this one is not shared
};

class Target {
 public:
  // `on_wanted` gets after each request whether the target should run from now on, and by which agent; on the worker's
  // thread.
  using OnWanted = std::function<void(bool wanted, const std::string& agent_socket)>;
  Target(const World& world, Questions& questions, OnWanted on_wanted = {});
  ~Target();
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  // Does `verb`, which takes a Work, on the worker's thread, and waits for its result.
  template <class Verb>
  [[nodiscard]] auto run(const Call& call, Verb verb) -> std::invoke_result_t<Verb, const Work&> {
    using Outcome = std::invoke_result_t<Verb, const Work&>;
    const auto work = [this, config = call.config, caller = call.caller, verb](Job& job) {
      std::optional<Outcome> outcome;
      do_now(config, caller, job, [&](const Work& its) { outcome = verb(its); });
      tell_watchers();
      return std::move(*outcome);
    };
    return worker_.request<typename Outcome::value_type>(call.what.empty() ? JobKey() : JobKey(call.what, call.config),
                                                         call.on_event, call.caller.can_answer, call.stop, work);
  }

  [[nodiscard]] Result<Report> converge(Call call, plan::Power power);
  // Stopped, then running.
  [[nodiscard]] Result<Report> restart(Call call);
  // It should run, as it did under the daemon before: it is looked after again from `when` on, by the daemon itself,
  // which starts nothing that somebody stopped. A request that came first counts for more.
  void take_up(const Call& call, SteadyTime when);
  // As verbs::settings. One that should run as it is configured, and whose container runs, gets first what it lacks, as
  // by the daemon itself: its container has started again, say, and nobody has connected since.
  [[nodiscard]] Result<ide::Access> settings(const Call& call);
  // Answers at once, from what is known, while other work is under way.
  [[nodiscard]] Result<TargetStatus> status(const Call& call);
  // What is known of it, once its revision is not `seen`, or after k_watch_limit; seen 0: at once. While somebody
  // watches, a target whose server is connected is looked at now and then; nothing else connects it.
  [[nodiscard]] Result<WatchReport> watch(const config::Target& config, std::uint64_t seen,
                                          const std::stop_token& stop);
  // On the caller's thread: the worker is free meanwhile.
  [[nodiscard]] Result<LogText> follow_logs(const Call& call, int lines);
  // What the last look found, as Service::known. From any thread, at once.
  [[nodiscard]] Result<ide::Access> known(const config::Target& config) const;
  // By the last request; nullopt: there was none. From any thread.
  [[nodiscard]] std::optional<config::Target> config() const { return shared_.read().config; }
  // Whether a tunnel of this target listens there. From any thread.
  [[nodiscard]] bool holds_port(std::uint16_t port) const;
  // As they are at this moment. From any thread, at once.
  [[nodiscard]] std::vector<tunnel::TunnelStatus> tunnels() const;

 private:
  // These run on the worker's thread.
  void do_now(const config::Target& config, const Caller& caller, Job& job,
              const std::function<void(const Work&)>& verb);
  void connect(const config::Target& config, const Caller& caller);
  // The one before ends here.
  void put_connection(std::unique_ptr<Connection> connection);
  void tell_wanted();
  // Whether the daemon may give it by itself what the last look saw lacking.
  [[nodiscard]] bool may_be_healed(const Work& work) const;
  void look_for_watchers(Job& job);
  struct Healed {
    After after = After::in_vain;
    bool again = false;  // another look must follow
  };
  // Looks after a target that should run.
  [[nodiscard]] Healed heal(Job& job);
  void heal_if_due(Job& job);
  // A container that does not run is watched: who starts it need not wait for the next look.
  void watch_for_start();
  void forget_pauses();  // from any thread

  // These come from any thread.
  void link_changed(bool up, const std::string& why);
  void was_refused();
  // As Healing says it; `changed`: there is a new link, so that what failed before may work now.
  void heal_soon(bool changed);
  // Those who watch are told what a look shows; from any thread.
  void post_look();
  void tell_watchers();

  const World& world_;
  const OnWanted on_wanted_;
  const std::shared_ptr<AskJob> ask_;
  KnownWork work_;
  SharedKnowledge shared_;
  std::unique_ptr<Connection> connection_;
  mutable std::mutex connection_mutex_;  // for who is not the worker, and for the worker when it puts another one there
  std::string server_;                   // that it goes to
  std::string agent_socket_;             // of who asked last
  Intent intent_;
  std::atomic<bool> link_was_up_ = false;
  std::atomic<bool> look_is_posted_ = false;
  std::mutex healing_mutex_;
  Healing healing_;
  std::minstd_rand chance_{std::random_device()()};
  StartWatch starts_;
  Worker worker_;  // last: it is joined before anything that its jobs use goes
};

}  // namespace helper::ensure
