#include "ensure/target.hpp"

#include "base/log.hpp"
#include "engine/act.hpp"
#include "engine/list.hpp"
#include "engine/logs.hpp"
#include "engine/place.hpp"
#include "ensure/converge.hpp"
#include "ensure/look_at_gpus.hpp"
#include "ensure/snapshot.hpp"
#include "ensure/status.hpp"
#include "plan/make_plan.hpp"

#include <algorithm>

namespace helper::ensure {

Target::Target(const World& world, Questions& questions)
    : world_(world), work_(world.clock), ask_(std::make_shared<AskJob>(questions)) {}

Target::~Target() {
  worker_.close();        // its jobs use the connection,
  connection_ = nullptr;  // whose thread may post to the worker
}

Hands Target::hands_for(const config::Target& config, const Caller& caller) {
  const bool other_server = !config_ || config_->server != config.server;
  const bool other_agent = !caller.agent_socket.empty() && caller.agent_socket != agent_socket_;
  if (!config_ || *config_ != config) memory_ = {};
  if (!caller.agent_socket.empty()) agent_socket_ = caller.agent_socket;
  config_ = config;
  if (!connection_ || other_server || (other_agent && unreachable_)) {
    connection_ = nullptr;  // its ports must be free before the new ones are bound
    link_was_up_ = false;   // that was the other's link
    connection_ = world_.connections.open(
        {config.server, agent_socket_, ask_, [this](bool up, const std::string& why) { link_changed(up, why); }});
  }
  return {connection_->server(), connection_->tunnels(), world_.files, world_.clock, world_.jupyter, world_.ssh,
          agent_socket_};
}

// On the tunnels' thread: after the server or the link was away, what stood on it may have gone too.
void Target::link_changed(bool up, const std::string& why) {
  log_info("link {}: {}", up ? "up" : "down", why);
  if (!up) {
    forget();
    bulletin_.link_is_down(why);
  }
  if (!up || !link_was_up_.exchange(true)) return;
  worker_.post("link came back", [this](Job& job) {
    if (!keep_running_ || !config_) return;
    const auto report = converge_now(config::Target(*config_), plan::Power::running, {}, job);
    if (!report) log_warning("after the link came back: {}", to_text(report.error()));
  });
}

Result<Report> Target::converge_now(const config::Target& config, plan::Power power, const Caller& caller, Job& job) {
  const Hands hands = hands_for(config, caller);
  const auto before = connection_->commands();
  if (caller.still_approved) still_approved_ = caller.still_approved;
  forget();
  const AskJob::During during(*ask_, job);
  bool began = false;
  auto report = ensure::converge(hands, world_.paths, plan::desired_state(config, power), memory_,
                                 [&](const Event& event) {
                                   job.emit(event);
                                   if (event.kind != Event::Kind::started) return;
                                   began = true;
                                   bulletin_.publish(working_status(config, event.text));
                                 },
                                 job.stop(), {caller.recreate, caller.yes, ask_.get(), caller.verb, still_approved_});
  // What was refused or given up before its first step changes nothing of what the target is meant to be.
  if (power != plan::Power::running && (report || began)) keep_running_ = false;
  unreachable_ =
      !report && error_kind(report.error().code).exit_status == error_kind(ErrorCode::server_unreachable).exit_status;
  // Without a Python the container can still be reached, so that one can be put into it.
  const bool reachable = report || report.error().code == ErrorCode::python_missing;
  if (power == plan::Power::running && reachable) keep_running_ = true;
  if (!keep_running_) close_tunnels(hands);  // a first ensure that failed holds no port
  publish_ports(hands);
  if (report && report->settings && report->problems.empty()) remember(config, *report->settings);
  if (unreachable_) {
    bulletin_.publish(unreachable_status(config, report.error()));
  } else if (bulletin_.is_watched()) {
    post_look();
  } else {
    bulletin_.forget();
  }
  if (report) report->round_trips = connection_->commands() - before;
  return report;
}

Result<engine::EngineCli> Target::cli_now(const config::Target& config, const Hands& hands,
                                          const std::stop_token& stop) {
  if (!memory_.run.empty()) return memory_.cli;
  return engine::find_cli(hands.server, config.engine, stop);
}

void Target::close_tunnels(const Hands& hands) {
  for (const auto& tunnel : hands.tunnels.status()) hands.tunnels.close(tunnel.local_port);
}

void Target::publish_ports(const Hands& hands) {
  std::vector<std::uint16_t> ports;
  for (const auto& tunnel : hands.tunnels.status()) ports.push_back(tunnel.local_port);
  const std::scoped_lock lock(ports_mutex_);
  open_ports_ = std::move(ports);
}

void Target::remember(const config::Target& config, ide::Interpreter settings) {
  const std::scoped_lock lock(known_mutex_);
  known_ = Known{config, std::move(settings), world_.clock.now()};
}

void Target::forget() {
  const std::scoped_lock lock(known_mutex_);
  known_ = std::nullopt;
}

Result<ide::Interpreter> Target::known(const config::Target& config) const {
  const std::scoped_lock lock(known_mutex_);
  if (known_ && known_->config == config && since(world_.clock, known_->at) < k_known_for) return known_->settings;
  return fail(ErrorCode::not_ready, config.name, "nothing is known of it that still holds",
              "helper ensure " + config.name);
}

bool Target::holds_port(std::uint16_t port) const {
  const std::scoped_lock lock(ports_mutex_);
  return std::ranges::find(open_ports_, port) != open_ports_.end();
}

Result<plan::Observed> Target::observe_now(const config::Target& config, const Caller& caller, Job& job) {
  const Hands hands = hands_for(config, caller);
  const AskJob::During during(*ask_, job);
  auto observed =
      ensure::observe(hands, world_.paths, plan::desired_state(config, plan::Power::running), memory_, job.stop());
  unreachable_ = observed && observed->server_error.has_value();
  return observed;
}

Result<Report> Target::converge(const config::Target& config, plan::Power power, const Caller& caller,
                                const EventSink& on_event, const std::stop_token& stop) {
  const std::string what =
      plan::to_text(power) + (caller.recreate ? ", and recreate" : "") + (caller.yes ? ", whatever ends" : "");
  return worker_.request<Report>(JobKey(what, config), on_event, caller.can_answer, stop,
                                 [=, this](Job& job) { return converge_now(config, power, caller, job); });
}

Result<Report> Target::restart(const config::Target& config, const Caller& caller, const EventSink& on_event,
                               const std::stop_token& stop) {
  const std::string what =
      std::string("restart") + (caller.recreate ? ", and recreate" : "") + (caller.yes ? ", whatever ends" : "");
  return worker_.request<Report>(
      JobKey(what, config), on_event, caller.can_answer, stop, [=, this](Job& job) -> Result<Report> {
        // Asked first, so that nothing is closed for a container that is not stopped in the end.
        HELPER_TRY_ASSIGN(const auto observed, observe_now(config, caller, job));
        const auto stopping = plan::make_plan(plan::desired_state(config, plan::Power::stopped), observed);
        if (!stopping.problems.empty()) return fail(stopping.problems.front());
        Caller restarts = caller;
        restarts.verb = "restart";
        HELPER_TRY_ASSIGN(auto stopped, converge_now(config, plan::Power::stopped, restarts, job));
        HELPER_TRY_ASSIGN(auto report, converge_now(config, plan::Power::running, caller, job));
        report.steps.insert(report.steps.begin(), stopped.steps.begin(), stopped.steps.end());
        report.changed = report.changed || stopped.changed;
        report.rounds += stopped.rounds;
        report.round_trips += stopped.round_trips;
        report.elapsed += stopped.elapsed;
        return report;
      });
}

Result<PlanReport> Target::plan(const config::Target& config, plan::Power power, const Caller& caller,
                                const std::stop_token& stop) {
  return worker_.request<PlanReport>(
      {}, [](const Event&) {}, caller.can_answer, stop,
      [=, this](Job& job) -> Result<PlanReport> {
        HELPER_TRY_ASSIGN(const auto observed, observe_now(config, caller, job));
        const auto desired = plan::desired_state(config, power);
        const auto plan = plan::make_plan(desired, observed);
        auto report = plan_report(config.name, plan);
        if (plan::ends_work(plan, desired, observed)) {
          report.losses = plan::losses_of(look_at_work(hands_for(config, caller), desired, observed, job.stop()));
        }
        return report;
      });
}

Result<TargetStatus> Target::status(const config::Target& config, const Caller& caller, const std::stop_token& stop) {
  if (const auto step = worker_.busy_with()) return working_status(config, *step);
  HELPER_TRY_ASSIGN(auto seen, worker_.request<Seen>(
                                   {}, [](const Event&) {}, caller.can_answer, stop,
                                   [=, this](Job& job) -> Result<Seen> {
                                     HELPER_TRY_ASSIGN(const auto observed, observe_now(config, caller, job));
                                     return see(config, observed);
                                   }));
  if (seen.lines) {
    seen.status.jupyter_work = work_.get(
        seen.run, [&] { return ask_jupyter(world_.jupyter, std::move(*seen.lines), stop); }, stop);
  }
  return std::move(seen.status);
}

Target::Seen Target::see(const config::Target& config, const plan::Observed& observed) {
  Seen seen{status_of(config, observed), {}, nullptr};
  const auto door = plan::jupyter_door(plan::desired_state(config, plan::Power::running), observed);
  if (!door) return seen;
  seen.run = engine::run_of(*observed.container);
  auto& work = seen.status.jupyter_work;
  work = work_.find(seen.run);
  if (work) return seen;
  const auto tunnels = connection_->tunnels().status();
  if (config.server != k_this_machine && std::ranges::none_of(tunnels, &tunnel::TunnelStatus::link_up)) {
    work = plan::JupyterWork{{}, "the tunnels are not open; to open them: helper ensure " + config.name};
  } else if (auto lines = open_lines(connection_->tunnels(), *door)) {
    seen.lines = std::make_shared<JupyterLines>(std::move(*lines));
  } else {
    work = plan::JupyterWork{{}, lines.error().cause};
  }
  return seen;
}

TargetStatus Target::status_of(const config::Target& config, const plan::Observed& observed) {
  const auto desired = plan::desired_state(config, plan::Power::running);
  const auto plan = plan::make_plan(desired, observed);
  if (!plan.empty() || !plan.shortfalls.empty()) forget();
  auto status = target_status(desired, observed, plan, connection_->tunnels().status());
  bulletin_.publish(status);
  return status;
}

Result<WatchReport> Target::watch(const config::Target& config, std::uint64_t seen, const std::stop_token& stop) {
  const bool nothing_is_known = bulletin_.revision() == 0;
  if (nothing_is_known) bulletin_.publish(unknown_status(config));
  if (nothing_is_known || seen == 0) post_look();
  auto report = bulletin_.wait(seen, k_watch_limit, stop);
  if (report) return std::move(*report);
  if (stop.stop_requested()) return fail(ErrorCode::cancelled, "watch", "the request was cancelled");
  post_look();
  return bulletin_.newest();
}

void Target::post_look() {
  if (look_is_posted_.exchange(true)) return;
  worker_.post({}, [this](Job& job) { look_for_watchers(job); });
}

void Target::look_for_watchers(Job& job) {
  look_is_posted_ = false;
  if (!config_ || !connection_ || unreachable_) return;
  const config::Target config(*config_);
  if (const auto observed = observe_now(config, {}, job)) status_of(config, *observed);
}

Result<SnapshotReport> Target::snapshot(const config::Target& config, const std::string& image, const Caller& caller,
                                        const EventSink& on_event, const std::stop_token& stop) {
  return worker_.request<SnapshotReport>(
      {}, on_event, caller.can_answer, stop, [=, this](Job& job) -> Result<SnapshotReport> {
        const Hands hands = hands_for(config, caller);
        const AskJob::During during(*ask_, job);
        auto report = take_snapshot(
            hands, config, image, [&](const Event& event) { job.emit(event); }, job.stop());
        return report;
      });
}

Result<std::vector<ListedContainer>> Target::list(const config::Target& config, const Caller& caller,
                                                  const std::stop_token& stop) {
  return worker_.request<std::vector<ListedContainer>>(
      {}, [](const Event&) {}, caller.can_answer, stop,
      [=, this](Job& job) -> Result<std::vector<ListedContainer>> {
        const Hands hands = hands_for(config, caller);
        const AskJob::During during(*ask_, job);
        const auto cli = cli_now(config, hands, job.stop());
        auto made = cli ? engine::list_made(hands.server, *cli, job.stop())
                        : Result<std::vector<engine::Made>>(fail(cli.error()));
        if (!made) return fail(std::move(made).error());
        std::vector<ListedContainer> list;
        for (auto& each : *made)
          list.push_back({each.target, each.name, each.state, each.status, each.image, each.size});
        return list;
      });
}

Result<LogText> Target::logs(const config::Target& config, const Caller& caller, int lines,
                             const std::stop_token& stop) {
  return worker_.request<LogText>(
      {}, [](const Event&) {}, caller.can_answer, stop,
      [=, this](Job& job) -> Result<LogText> {
        const Hands hands = hands_for(config, caller);
        const AskJob::During during(*ask_, job);
        auto cli = cli_now(config, hands, job.stop());
        auto text = cli ? engine::container_logs(hands.server, *cli, config.container.name, lines, job.stop())
                        : Result<std::string>(fail(std::move(cli).error()));
        if (!text) return fail(std::move(text).error());
        return LogText{config.name, std::move(*text)};
      });
}

Result<PythonList> Target::pythons(const config::Target& config, const Caller& caller, const std::stop_token& stop) {
  return worker_.request<PythonList>(
      {}, [](const Event&) {}, caller.can_answer, stop,
      [=, this](Job& job) -> Result<PythonList> {
        memory_ = {};  // what is remembered would make the look a quick one
        HELPER_TRY_ASSIGN(const auto observed, observe_now(config, caller, job));
        HELPER_TRY(must_be_seen(plan::desired_state(config, plan::Power::running), observed));
        return python_list(config, *observed.inside);
      });
}

Result<GpuReport> Target::gpu(const config::Target& config, bool check, const Caller& caller, const EventSink& on_event,
                              const std::stop_token& stop) {
  return worker_.request<GpuReport>(check ? JobKey("gpu", config) : JobKey(), on_event, caller.can_answer, stop,
                                    [=, this](Job& job) -> Result<GpuReport> {
                                      memory_ = {};  // GPUs are only listed by a full look
                                      HELPER_TRY_ASSIGN(const auto observed, observe_now(config, caller, job));
                                      const auto desired = plan::desired_state(config, plan::Power::running);
                                      HELPER_TRY(must_be_seen(desired, observed));
                                      return gpu_report(
                                          connection_->server(), desired, observed, check,
                                          [&](const Event& event) { job.emit(event); }, job.stop());
                                    });
}

Result<LogText> Target::follow_logs(const config::Target& config, const Caller& caller, int lines,
                                    const EventSink& on_event, const std::stop_token& stop) {
  const auto server = world_.connections.open_beside(config.server, caller.agent_socket);
  const auto tell = [&](std::string_view text) {
    Event event;
    event.kind = Event::Kind::progress;
    event.target = config.name;
    event.text = text;
    on_event(event);
  };
  HELPER_TRY_ASSIGN(const auto cli, engine::find_cli(*server, config.engine, stop));
  HELPER_TRY(engine::follow_logs(*server, cli, config.container.name, lines, tell, stop));
  return LogText{config.name, {}};
}

Result<ide::Interpreter> Target::settings(const config::Target& config, const Caller& caller,
                                          const std::stop_token& stop) {
  return worker_.request<ide::Interpreter>(
      {}, [](const Event&) {}, caller.can_answer, stop,
      [=, this](Job& job) -> Result<ide::Interpreter> {
        HELPER_TRY_ASSIGN(const auto observed, observe_now(config, caller, job));
        const auto desired = plan::desired_state(config, plan::Power::running);
        const auto plan = plan::make_plan(desired, observed);
        if (!plan.empty() || !plan.shortfalls.empty()) forget();
        for (const auto& problem : plan.problems) {
          if (problem.code != ErrorCode::python_missing) return fail(problem);
        }
        if (!plan.steps.empty()) {
          return fail(ErrorCode::not_ready, config.name, "it is not ready: " + plan::to_text(plan.steps.front()),
                      "helper ensure " + config.name);
        }
        auto settings = interpreter_of(world_.paths, desired, observed);
        if (plan.empty() && plan.shortfalls.empty()) remember(config, settings);
        return settings;
      });
}

}  // namespace helper::ensure
