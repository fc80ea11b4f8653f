#include "ensure/verbs.hpp"

#include "base/shell.hpp"
#include "engine/act.hpp"
#include "engine/list.hpp"
#include "engine/logs.hpp"
#include "engine/place.hpp"
#include "ensure/converge.hpp"
#include "ensure/look_at_gpus.hpp"
#include "ensure/snapshot.hpp"
#include "ensure/status.hpp"
#include "plan/owner.hpp"

#include <algorithm>

namespace helper::ensure::verbs {
namespace {

plan::Desired running(const Work& work) {
  auto desired = plan::desired_state(work.config, plan::Power::running);
  desired.agreed_owner = work.knowledge.agreed_owner;
  return desired;
}

EventSink to_job(const Work& work) {
  return [&job = work.job](const Event& event) { job.emit(event); };
}

void close_tunnels(tunnel::TunnelSet& tunnels) {
  for (const auto& tunnel : tunnels.status()) tunnels.close(tunnel.local_port);
}

// The program of the server's engine, from what is known, else by asking.
Result<engine::EngineCli> cli_now(const Work& work) {
  if (const auto cli = cli_of(work.knowledge)) return *cli;
  return engine::find_cli(work.hands.server, work.config, work.job.stop());
}

// `person` agrees that another owner's container is used, or who calls has said so beforehand.
Result<void> must_agree(const Work& work, const plan::Foreign& owner, Prompter* person) {
  Consents consents;
  consents.person = person;
  if (work.caller.yes) consents.owner = work.caller.owner;
  return must_be_agreed(work.config, owner, consents, work.job.stop());
}

Result<Report> converge_as(const Work& work, Intent& intent, plan::Power power, const std::string& verb) {
  const auto before = work.connection.commands();
  if (work.caller.still_approved) intent.still_approved = work.caller.still_approved;
  work.shared.doubt();
  doubt(work.knowledge);
  bool began = false;
  const auto tell = [&](const Event& event) {
    work.job.emit(event);
    if (event.kind != Event::Kind::started) return;
    began = true;
    begin_step(work.knowledge, event.text, work.hands.tunnels.status());
    work.shared.put(work.knowledge);
  };
  plan::Desired desired = plan::desired_state(work.config, power);
  desired.initiative = work.caller.initiative;
  desired.was_ended = intent.was_ended;
  if (power == plan::Power::running) desired.agreed_owner = work.knowledge.agreed_owner;
  auto report = ensure::converge(
      work.hands, work.paths, desired, work.knowledge, tell, work.job.stop(),
      {work.caller.recreate, work.caller.yes, &work.person, verb, work.caller.yes ? work.caller.owner : std::string(),
       intent.still_approved, work.caller.offers});
  // A request that was refused or cancelled before its first step does not change what the target should be.
  if (power != plan::Power::running && (report || began)) intent.keep_running = false;
  if (work.caller.initiative == plan::Initiative::person && (report || began))
    intent.was_ended = power != plan::Power::running;
  // Without a Python the container can still be reached, so that one can be put into it.
  const bool reachable = report || report.error().code == ErrorCode::python_missing;
  if (power == plan::Power::running && reachable) {
    intent.keep_running = true;
    intent.config = work.config;
  }
  if (!intent.keep_running) {
    close_tunnels(work.hands.tunnels);                      // a first ensure that failed holds no port
    doubt(work.knowledge);                                  // the last look may have seen them open
    if (verb.empty()) work.knowledge.agreed_owner.clear();  // a restart goes on with the same yes
  }
  if (!report && is_about_the_server(report.error().code))
    lose_server(work.knowledge, report.error(), work.hands.clock.now());
  if (report) report->round_trips = work.connection.commands() - before;
  return report;
}

}  // namespace

Result<plan::Observed> look(const Work& work, Depth depth) {
  auto observed = observe(work.hands, work.paths, running(work), work.knowledge, work.job.stop(), depth);
  work.knowledge.openssh_checks = work.connection.is_checked_by_openssh();
  return observed;
}

Result<Report> converge(const Work& work, Intent& intent, plan::Power power) {
  return converge_as(work, intent, power, "");
}

Result<Report> restart(const Work& work, Intent& intent) {
  // Asked first, so that nothing is closed for a container that is not stopped in the end.
  HELPER_TRY(look(work));
  const auto stopping = plan_of(work.knowledge, plan::Power::stopped);
  if (!stopping.problems.empty() && !stopping.foreign) return fail(stopping.problems.front());
  HELPER_TRY_ASSIGN(const auto stopped, converge_as(work, intent, plan::Power::stopped, "restart"));
  HELPER_TRY_ASSIGN(auto report, converge(work, intent, plan::Power::running));
  report.steps.insert(report.steps.begin(), stopped.steps.begin(), stopped.steps.end());
  report.changed = report.changed || stopped.changed;
  report.rounds += stopped.rounds;
  report.round_trips += stopped.round_trips;
  report.elapsed += stopped.elapsed;
  return report;
}

Result<PlanReport> plan(const Work& work, plan::Power power) {
  HELPER_TRY_ASSIGN(const auto observed, look(work));
  const auto desired = plan::desired_state(work.config, power);
  const auto plan = plan_of(work.knowledge, power);
  auto report = plan_report(work.config.name, plan);
  if (plan::ends_work(plan, desired, observed))
    report.losses = plan::losses_of(look_at_work(work.hands, desired, observed, work.job.stop()));
  return report;
}

Result<ide::Access> settings(const Work& work) {
  HELPER_TRY(look(work));
  return settings_of(work.knowledge, work.paths);
}

Result<PythonList> pythons(const Work& work) {
  HELPER_TRY_ASSIGN(const auto observed, look(work, Depth::full));
  HELPER_TRY(must_be_seen(running(work), observed));
  return python_list(work.config, *observed.place.inside);
}

Result<GpuReport> gpu(const Work& work, bool check) {
  HELPER_TRY_ASSIGN(const auto observed, look(work, Depth::full));  // GPUs are only listed by one
  HELPER_TRY(must_be_seen(running(work), observed));
  return gpu_report(work.hands.server, running(work), observed, check, to_job(work), work.job.stop());
}

Result<SnapshotReport> snapshot(const Work& work, const std::string& image) {
  HELPER_TRY(look(work));
  if (const auto plan = plan_of(work.knowledge, plan::Power::stopped); plan.foreign)
    HELPER_TRY(must_agree(work, *plan.foreign, &work.person));
  return take_snapshot(work.hands, work.config, image, to_job(work), work.job.stop());
}

Result<bool> may_read_logs(const Work& work) {
  HELPER_TRY_ASSIGN(const auto observed, look(work));
  if (!observed.server.container) return true;  // what is the matter is told by who reads
  const auto owner = plan::foreign_owner(running(work), observed, *observed.server.container);
  if (owner) HELPER_TRY(must_agree(work, *owner, nullptr));
  return true;
}

Result<std::vector<ListedContainer>> list(const Work& work) {
  HELPER_TRY_ASSIGN(const auto cli, cli_now(work));
  HELPER_TRY_ASSIGN(auto made, engine::list_made(work.hands.server, cli, work.job.stop()));
  std::vector<ListedContainer> list;
  const std::string& server = work.config.server;
  for (auto& each : made) {
    list.push_back({each.target, each.name, each.state, each.status, each.image, each.size, each.owner});
    if (each.state == "orphan") continue;
    const auto by_hand = [&](const std::string& verb) {
      const std::string command = cli.program + " " + verb + " " + shell::quote(each.name);
      return server == "local" ? command : "ssh " + shell::quote(server) + " " + command;
    };
    list.back().advice = "no config on this machine names it; to use it: " +
                         shell::quote({"helper", "init", "--server", server, "--from-container", each.name}) +
                         "; to stop it: " + by_hand("stop") + "; to remove it: " + by_hand("rm --force");
  }
  return list;
}

Result<LogText> logs(const Work& work, int lines) {
  HELPER_TRY(may_read_logs(work));
  HELPER_TRY_ASSIGN(const auto cli, cli_now(work));
  HELPER_TRY_ASSIGN(auto text,
                    engine::container_logs(work.hands.server, cli, work.config.container.name, lines, work.job.stop()));
  return LogText{work.config.name, std::move(text)};
}

Result<Seen> see(const Work& work, const KnownWork& known) {
  HELPER_TRY_ASSIGN(const auto observed, look(work));
  Seen seen{status_of(work.knowledge, work.config), {}, nullptr};
  const auto door = plan::jupyter_door(running(work), observed);
  if (!door) return seen;
  seen.run = engine::run_of(*observed.server.container);
  auto& jupyter = seen.status.jupyter_work;
  jupyter = known.find(seen.run);
  if (jupyter) return seen;
  const bool link_up = std::ranges::any_of(work.knowledge.tunnels, &tunnel::TunnelStatus::link_up);
  if (work.config.server != k_this_machine && !link_up) {
    jupyter = plan::JupyterWork{{}, "the tunnels are not open; to open them: helper ensure " + work.config.name};
  } else if (auto lines = open_lines(work.hands.tunnels, *door)) {
    seen.lines = std::make_shared<JupyterLines>(std::move(*lines));
  } else {
    jupyter = plan::JupyterWork{{}, lines.error().cause};
  }
  return seen;
}

Result<LogText> follow_logs(CommandRunner& server, const config::Target& config, int lines, const EventSink& on_event,
                            const std::stop_token& stop) {
  const auto tell = [&](std::string_view text) {
    Event event;
    event.kind = Event::Kind::progress;
    event.target = config.name;
    event.text = text;
    on_event(event);
  };
  HELPER_TRY_ASSIGN(const auto cli, engine::find_cli(server, config, stop));
  HELPER_TRY(engine::follow_logs(server, cli, config.container.name, lines, tell, stop));
  return LogText{config.name, {}};
}

}  // namespace helper::ensure::verbs
