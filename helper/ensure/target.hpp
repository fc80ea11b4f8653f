// Target owns the state of one target: its connection, its tunnels, what is remembered of its container, and whether it
// is meant to run. Its worker's thread is the only one that touches them.
#pragma once

#include "ensure/ask_job.hpp"
#include "ensure/bulletin.hpp"
#include "ensure/gpu_report.hpp"
#include "ensure/hands.hpp"
#include "ensure/jupyter_work.hpp"
#include "ensure/observe.hpp"
#include "ensure/python_list.hpp"
#include "ensure/questions.hpp"
#include "ensure/report.hpp"
#include "ensure/worker.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace helper::ensure {

// Between two looks at a target that somebody watches.
inline constexpr Milliseconds k_watch_limit{25'000};

struct Caller {
  std::string agent_socket;  // "" = keep what is known
  bool can_answer = false;
  bool recreate = false;  // a container that is not as the config says may be recreated without asking
  bool yes = false;       // kernels that are busy may end without asking
  std::string verb{};     // of the command, where it is not that of the power: "restart"
  std::function<Result<void>()> still_approved{};  // of who converges: whether the config is approved as it was let in
};

// How long a look is trusted by those who ask for what is known. Whoever needs no more than the way in sees at once
// whether it still stands: an SSH server answers at the local port, or none does.
inline constexpr Milliseconds k_known_for{600'000};

class Target {
 public:
  Target(const World& world, Questions& questions);
  ~Target();
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  [[nodiscard]] Result<Report> converge(const config::Target& config, plan::Power power, const Caller& caller,
                                        const EventSink& on_event, const std::stop_token& stop);
  [[nodiscard]] Result<Report> restart(const config::Target& config, const Caller& caller, const EventSink& on_event,
                                       const std::stop_token& stop);
  [[nodiscard]] Result<PlanReport> plan(const config::Target& config, plan::Power power, const Caller& caller,
                                        const std::stop_token& stop);
  // Answers at once, from what is known, while other work is under way.
  [[nodiscard]] Result<TargetStatus> status(const config::Target& config, const Caller& caller,
                                            const std::stop_token& stop);
  // What is known of it, once its revision is not `seen`, or after k_watch_limit; seen 0: at once. While somebody
  // watches, a target whose server is connected is looked at now and then; nothing else connects it.
  [[nodiscard]] Result<WatchReport> watch(const config::Target& config, std::uint64_t seen,
                                          const std::stop_token& stop);
  // A copy of the container as an image; `image` is "" for a name made of the target's and the time.
  [[nodiscard]] Result<SnapshotReport> snapshot(const config::Target& config, const std::string& image,
                                                const Caller& caller, const EventSink& on_event,
                                                const std::stop_token& stop);
  // What helper made on this target's server, of whichever target.
  [[nodiscard]] Result<std::vector<ListedContainer>> list(const config::Target& config, const Caller& caller,
                                                          const std::stop_token& stop);
  [[nodiscard]] Result<LogText> logs(const config::Target& config, const Caller& caller, int lines,
                                     const std::stop_token& stop);
  // On the caller's thread, by a connection of its own: the worker is free meanwhile.
  [[nodiscard]] Result<LogText> follow_logs(const config::Target& config, const Caller& caller, int lines,
                                            const EventSink& on_event, const std::stop_token& stop);
  [[nodiscard]] Result<ide::Interpreter> settings(const config::Target& config, const Caller& caller,
                                                  const std::stop_token& stop);
  // What the last look found, as Service::known. From any thread, at once.
  [[nodiscard]] Result<ide::Interpreter> known(const config::Target& config) const;
  // Every interpreter, by a full look. Error not_ready when the container does not run.
  [[nodiscard]] Result<PythonList> pythons(const config::Target& config, const Caller& caller,
                                           const std::stop_token& stop);
  // With `check` each framework of the chosen Python is asked too, which can take minutes. Error not_ready when the
  // container does not run.
  [[nodiscard]] Result<GpuReport> gpu(const config::Target& config, bool check, const Caller& caller,
                                      const EventSink& on_event, const std::stop_token& stop);

  // Whether a tunnel of this target listens there. From any thread.
  [[nodiscard]] bool holds_port(std::uint16_t port) const;

 private:
  // These run on the worker's thread.
  Hands hands_for(const config::Target& config, const Caller& caller);
  Result<Report> converge_now(const config::Target& config, plan::Power power, const Caller& caller, Job& job);
  Result<plan::Observed> observe_now(const config::Target& config, const Caller& caller, Job& job);
  // The program of the server's engine, from what is remembered, else by asking.
  Result<engine::EngineCli> cli_now(const config::Target& config, const Hands& hands, const std::stop_token& stop);
  // What is needed to ask Jupyter on the caller's thread, while the link is up: the worker waits for no Jupyter.
  struct Seen {
    TargetStatus status;
    std::string run;                      // of the container
    std::shared_ptr<JupyterLines> lines;  // none: nothing is to be asked
  };
  Seen see(const config::Target& config, const plan::Observed& observed);
  static void close_tunnels(const Hands& hands);
  void publish_ports(const Hands& hands);
  void remember(const config::Target& config, ide::Interpreter settings);
  void forget();
  void link_changed(bool up, const std::string& why);
  TargetStatus status_of(const config::Target& config, const plan::Observed& observed);
  // Those who watch are told what a look shows; from any thread.
  void post_look();
  void look_for_watchers(Job& job);

  const World& world_;
  KnownWork work_;
  std::shared_ptr<AskJob> ask_;
  std::unique_ptr<Connection> connection_;
  Memory memory_;
  std::optional<config::Target> config_;  // that memory_ and connection_ are for
  std::string agent_socket_;
  std::function<Result<void>()> still_approved_;  // of the last who converged
  bool unreachable_ = false;  // the last look failed, so that another agent is worth a new connection
  bool keep_running_ =
      false;  // it was made to run and not stopped since: after the link was away it is looked at again
  std::atomic<bool> link_was_up_ = false;
  Bulletin bulletin_;
  std::atomic<bool> look_is_posted_ = false;
  mutable std::mutex ports_mutex_;
  std::vector<std::uint16_t> open_ports_;
  struct Known {
    config::Target config;
    ide::Interpreter settings;
    SteadyTime at;
  };
  mutable std::mutex known_mutex_;
  std::optional<Known> known_;
  Worker worker_;  // last: it is joined before anything that its jobs use goes
};

}  // namespace helper::ensure
