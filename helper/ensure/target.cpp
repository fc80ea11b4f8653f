#include "ensure/target.hpp"

#include "base/log.hpp"
#include "ensure/status.hpp"
#include "ensure/telling_runner.hpp"
#include "ensure/wanted.hpp"
#include "tunnel/link_policy.hpp"

#include <random>

namespace helper::ensure {
namespace {

std::string agreed(const Caller& caller) {
  return std::string(caller.recreate ? ", and recreate" : "") + (caller.yes ? ", whatever ends" : "") +
         (caller.initiative == plan::Initiative::person ? "" : ", where nobody ended it");
}

}  // namespace

Target::Target(const World& world, Questions& questions, OnWanted on_wanted)
    : world_(world),
      on_wanted_(std::move(on_wanted)),
      ask_(std::make_shared<AskJob>(questions)),
      work_(world.clock),
      starts_([this] {
        log_info("the container was started");
        shared_.doubt();
        heal_soon(true);
      }) {}

Target::~Target() {
  worker_.close();          // its jobs use the connection,
  put_connection(nullptr);  // whose thread may post to the worker
}

void Target::do_now(const config::Target& config, const Caller& caller, Job& job,
                    const std::function<void(const Work&)>& verb) {
  connect(config, caller);
  Knowledge knowledge = shared_.read();
  set_config(knowledge, config);
  TellingRunner server(connection_->server(), world_.clock, config.name,
                       [&job](const Event& event) { job.emit(event); });
  TellingRunner beside(connection_->beside(), world_.clock, config.name,
                       [&job](const Event& event) { job.emit(event); });
  const Hands hands{server,     connection_->tunnels(), world_.files, world_.clock, world_.jupyter,
                    world_.ssh, agent_socket_,          &beside};
  const auto put = [&] {
    end_steps(knowledge, hands.tunnels.status());
    shared_.put(std::move(knowledge));
  };
  const AskJob::During during(*ask_, job);
  try {
    verb({config, caller, world_.paths, hands, *connection_, *ask_, job, shared_, knowledge});
  } catch (...) {
    put();
    throw;
  }
  put();
}

void Target::connect(const config::Target& config, const Caller& caller) {
  const bool other_agent = !caller.agent_socket.empty() && caller.agent_socket != agent_socket_;
  if (other_agent) agent_socket_ = caller.agent_socket;
  const bool is_of_use = connection_ && server_ == config.server;
  if (is_of_use && !(other_agent && is_unreachable(shared_.read()))) return;
  put_connection(nullptr);  // its ports must be free before the new ones are bound
  link_was_up_ = false;     // that was the other's link
  server_ = config.server;
  put_connection(world_.connections.open({server_, agent_socket_, ask_,
                                          [this](bool up, const std::string& why) { link_changed(up, why); },
                                          [this](std::uint16_t, const std::string&) { was_refused(); }}));
}

void Target::put_connection(std::unique_ptr<Connection> connection) {
  starts_.end();
  {
    const std::lock_guard lock(connection_mutex_);
    std::swap(connection_, connection);
  }
  connection = nullptr;  // outside of the lock: it takes a moment
}

std::vector<tunnel::TunnelStatus> Target::tunnels() const {
  const std::lock_guard lock(connection_mutex_);
  return connection_ ? connection_->tunnels().status() : std::vector<tunnel::TunnelStatus>{};
}

// After the server or the link was away, what ran there may be gone too.
void Target::link_changed(bool up, const std::string& why) {
  log_info("link {}: {}", up ? "up" : "down", why);
  if (!up) shared_.lose_link(why);
  if (up && link_was_up_.exchange(true)) heal_soon(true);
}

// The container may have started again, with other ports, or what listened there has ended.
void Target::was_refused() {
  shared_.doubt();
  heal_soon(false);
}

void Target::heal_soon(bool changed) {
  std::optional<SteadyTime> due;
  {
    const std::lock_guard lock(healing_mutex_);
    const auto now = std::chrono::steady_clock::now();
    due = changed ? healing_.hurry(now) : healing_.sign(now, std::uniform_real_distribution<>()(chance_));
  }
  if (due) worker_.post_at(*due, [this](Job& job) { heal_if_due(job); });
}

void Target::heal_if_due(Job& job) {
  {
    const std::lock_guard lock(healing_mutex_);
    if (!healing_.begin(std::chrono::steady_clock::now())) return;
  }
  Healed healed{After::in_vain, true};  // also after an exception: the target is looked after again
  last_resort("looking after a target", [&] { healed = heal(job); });
  bool again = healed.again;
  {
    const std::lock_guard lock(healing_mutex_);
    again = healing_.over(healed.after) || again;
  }
  if (again) heal_soon(false);
}

Target::Healed Target::heal(Job& job) {
  const auto config = shared_.read().config;
  Healed healed{After::in_vain, false};
  if (!intent_.keep_running || !config) return healed;
  Caller nobody;
  nobody.initiative = plan::Initiative::daemon;
  do_now(*config, nobody, job, [&](const Work& work) {
    const auto report = verbs::converge(work, intent_, plan::Power::running);
    if (report) {
      if (report->changed) healed.after = After::helped;
      return;
    }
    log_warning("looking after it: {}", to_text(report.error()));
    const ErrorCode code = report.error().code;
    if (code == ErrorCode::engine_down) healed.after = After::engine_down;
    // A login that was refused, or a question, waits for a person.
    healed.again = code != ErrorCode::cancelled && !tunnel::needs_a_person(code);
  });
  watch_for_start();
  tell_watchers();
  return healed;
}

void Target::watch_for_start() {
  const Knowledge knowledge = shared_.read();
  const auto* server = knowledge.observed ? &knowledge.observed->server : nullptr;
  const bool runs = server != nullptr && server->container && server->container->state == plan::ContainerState::running;
  if (server == nullptr || !server->engine || runs) return starts_.end();
  if (starts_.is_watching()) return;
  starts_.begin(world_.connections.open_shared(server_, agent_socket_), engine::cli_of(*server->engine),
                knowledge.config->container.name);
}

Result<Report> Target::converge(Call call, plan::Power power) {
  call.what = plan::to_text(power) + agreed(call.caller);
  auto report = run(call, [this, power](const Work& work) {
    auto outcome = verbs::converge(work, intent_, power);
    tell_wanted();
    return outcome;
  });
  if (report) forget_pauses();
  return report;
}

Result<Report> Target::restart(Call call) {
  call.what = "restart" + agreed(call.caller);
  auto report = run(call, [this](const Work& work) {
    auto outcome = verbs::restart(work, intent_);
    tell_wanted();
    return outcome;
  });
  if (report) forget_pauses();
  return report;
}

void Target::tell_wanted() {
  const auto wanted = is_wanted(intent_);
  if (wanted && on_wanted_) on_wanted_(*wanted, agent_socket_);
}

void Target::take_up(const Call& call, SteadyTime when) {
  worker_.post_at(when, [this, call](Job&) {
    if (is_wanted(intent_)) return;  // a request has changed this since
    intent_.keep_running = true;
    intent_.config = call.config;
    intent_.still_approved = call.caller.still_approved;
    if (agent_socket_.empty()) agent_socket_ = call.caller.agent_socket;
    Knowledge knowledge = shared_.read();
    if (!knowledge.config) {
      set_config(knowledge, call.config);
      shared_.put(std::move(knowledge));
    }
    heal_soon(false);
  });
}

void Target::forget_pauses() {
  const std::lock_guard lock(healing_mutex_);
  healing_.reset();
}

bool Target::may_be_healed(const Work& work) const {
  return intent_.keep_running && intent_.config == work.config && lacks_only_steps(work.knowledge);
}

Result<ide::Access> Target::settings(const Call& call) {
  return run(call, [this](const Work& work) {
    auto access = verbs::settings(work);
    // The container may have been restarted under the look.
    if (!access && access.error().code == ErrorCode::inside_failed) access = verbs::settings(work);
    if (access || !may_be_healed(work)) return access;
    Caller nobody;
    nobody.initiative = plan::Initiative::daemon;
    NobodyToAsk silence;
    const Work by_itself{work.config, nobody,   work.paths,  work.hands,    work.connection,
                         silence,     work.job, work.shared, work.knowledge};
    if (verbs::converge(by_itself, intent_, plan::Power::running)) access = settings_of(work.knowledge, work.paths);
    return access;
  });
}

Result<TargetStatus> Target::status(const Call& call) {
  if (const auto step = worker_.busy_with()) return working_status(call.config, *step);
  HELPER_TRY_ASSIGN(auto seen, run(call, [this](const Work& work) {
                      auto outcome = verbs::see(work, work_);
                      if (outcome && may_be_healed(work)) heal_soon(false);
                      return outcome;
                    }));
  if (seen.lines) {
    seen.status.jupyter_work = work_.get(
        seen.run, [&] { return ask_jupyter(world_.jupyter, std::move(*seen.lines), call.stop); }, call.stop);
  }
  return std::move(seen.status);
}

Result<WatchReport> Target::watch(const config::Target& config, std::uint64_t seen, const std::stop_token& stop) {
  if (seen == 0 || !shared_.read().fresh) post_look();
  if (!shared_.wait(seen, k_watch_limit, stop)) {
    if (stop.stop_requested()) return fail(ErrorCode::cancelled, "watch", "the request was cancelled");
    post_look();
  }
  const Knowledge knowledge = shared_.read();
  return WatchReport{knowledge.revision, status_of(knowledge, config)};
}

void Target::post_look() {
  if (look_is_posted_.exchange(true)) return;
  worker_.post({}, [this](Job& job) { look_for_watchers(job); });
}

void Target::tell_watchers() {
  if (shared_.is_watched() && !shared_.read().fresh) post_look();
}

void Target::look_for_watchers(Job& job) {
  look_is_posted_ = false;
  const Knowledge knowledge = shared_.read();
  if (!knowledge.config || !connection_ || is_unreachable(knowledge)) return;
  do_now(*knowledge.config, {}, job, [this](const Work& work) {
    const auto observed = verbs::look(work);
    if (!observed) log_info("a look: {}", to_text(observed.error()));
    if (observed && may_be_healed(work)) heal_soon(false);
  });
}

Result<LogText> Target::follow_logs(const Call& call, int lines) {
  HELPER_TRY(run(call, verbs::may_read_logs));
  const auto server = world_.connections.open_beside(call.config.server, call.caller.agent_socket);
  return verbs::follow_logs(*server, call.config, lines, call.on_event, call.stop);
}

Result<ide::Access> Target::known(const config::Target& config) const {
  return known_settings(shared_.read(), config, world_.paths, world_.clock.now());
}

bool Target::holds_port(std::uint16_t port) const { return ensure::holds_port(shared_.read(), port); }

}  // namespace helper::ensure
