#include "ensure/status.hpp"

#include "ide/access.hpp"
#include "ide/links.hpp"
#include "plan/choose_python.hpp"
#include "plan/jupyter.hpp"

#include <algorithm>

namespace helper::ensure {
namespace {

std::vector<StepReport> steps_of(const plan::Plan& plan) {
  std::vector<StepReport> steps;
  for (const auto& step : plan.steps) steps.push_back({plan::to_text(step.action), step.cause, {}, {}});
  return steps;
}

std::vector<Error> troubles_of(const plan::Plan& plan) {
  std::vector<Error> troubles = plan.problems;
  troubles.insert(troubles.end(), plan.shortfalls.begin(), plan.shortfalls.end());
  return troubles;
}

std::vector<DriftReport> drifts_of(const plan::Plan& plan) {
  std::vector<DriftReport> drifts;
  for (const auto& drift : plan.drifts) {
    drifts.push_back(
        {drift.field, std::string(plan::to_text(drift.need)), drift.wanted, drift.applied, drift.actual, drift.cause});
  }
  return drifts;
}

std::string state_word(const plan::Observed& observed, const plan::Plan& plan) {
  if (observed.server.error) return "unreachable";
  if (plan.empty()) return plan.shortfalls.empty() ? "ready" : k_ready_without_gpu;
  if (!observed.server.container) return "not ready";
  switch (observed.server.container->state) {
    case plan::ContainerState::absent:
      return "absent";
    case plan::ContainerState::created:
    case plan::ContainerState::exited:
      return "stopped";
    default:
      return "not ready";
  }
}

TargetStatus base_status(const config::Target& config) {
  TargetStatus status;
  status.target = config.name;
  status.server = config.server;
  status.container = config.container.name;
  status.image = config.container.image;
  return status;
}

}  // namespace

std::string jupyter_url(const plan::Desired& desired, const plan::Observed& observed) {
  const auto& config = desired.target.jupyter;
  if (!config || !observed.place.inside || !observed.place.inside->jupyter.listening) return {};
  if (plan::jupyter_port_is_anothers(desired, observed)) return {};
  const plan::JupyterFacts& jupyter = observed.place.inside->jupyter;
  return ide::jupyter_link(config->local_port, jupyter.token, jupyter.base_path);
}

PlanReport plan_report(const std::string& target, const plan::Plan& plan) {
  PlanReport report{target, steps_of(plan), troubles_of(plan), plan.notes, drifts_of(plan)};
  for (const auto& note : plan.security) report.notes.push_back(note.text);
  const bool starts_one = std::ranges::any_of(
      plan.steps, [](const plan::Step& step) { return plan::is<plan::StartContainer>(step.action); });
  if (starts_one)
    report.notes.emplace_back("what the container lacks inside (sshd, Jupyter, the way to them) is seen when it runs");
  return report;
}

TargetStatus target_status(const plan::Desired& desired, const plan::Observed& observed, const plan::Plan& plan,
                           const std::vector<tunnel::TunnelStatus>& tunnels) {
  TargetStatus status = base_status(desired.target);
  status.state = state_word(observed, plan);
  if (observed.server.container) {
    status.container_state = plan::to_text(observed.server.container->state);
    if (!observed.server.container->image.empty()) status.image = observed.server.container->image;
  }
  if (observed.place.inside) {
    status.gpus = observed.place.inside->gpu.gpus;
    if (const auto choice = plan::choose_python(desired.target, *observed.place.inside)) {
      status.python = choice->python.path;
      status.python_version = choice->python.version;
    }
  }
  for (const auto& tunnel : tunnels) {
    const std::string leads_to =
        tunnel.remote ? to_text(*tunnel.remote) + " on " + desired.target.server : std::string();
    status.tunnels.push_back({tunnel.name, tunnel.local_port, leads_to, tunnel.link_up && tunnel.remote, tunnel.trouble,
                              tunnel.connections});
  }
  status.jupyter_url = jupyter_url(desired, observed);
  status.would_do = steps_of(plan);
  status.problems = troubles_of(plan);
  status.notes = plan.notes;
  status.drifts = drifts_of(plan);
  return status;
}

TargetStatus unknown_status(const config::Target& config) {
  TargetStatus status = base_status(config);
  status.state = "unknown";
  return status;
}

TargetStatus unreachable_status(const config::Target& config, const Error& error) {
  TargetStatus status = base_status(config);
  status.state = "unreachable";
  status.problems.push_back(error);
  return status;
}

TargetStatus working_status(const config::Target& config, const std::string& step) {
  TargetStatus status = base_status(config);
  status.state = "working";
  status.notes.push_back(step.empty() ? "looking at it now" : "now: " + step);
  return status;
}

ide::Access interpreter_of(const Paths& paths, const plan::Desired& desired, const plan::Observed& observed) {
  const auto& target = desired.target;
  const auto choice = plan::choose_python(target, observed.place.inside.value_or(plan::Inside{}));
  ide::Access access;
  access.target = target.name;
  access.host = "127.0.0.1";
  access.port = target.ssh.local_port;
  access.user = target.ssh.user;
  access.key_file = observed.local.key ? observed.local.key->private_file : std::string();
  access.known_hosts = paths.known_hosts().string();
  access.host_key_alias = ide::host_key_alias(target.ssh_name);
  access.ssh_name = target.ssh_name;
  if (choice) {
    access.python = choice->python.path;
    access.python_version = choice->python.version;
    access.python_prefix = choice->python.prefix;
  }
  access.python_cause = choice ? choice->cause : choice.error().cause;
  access.project_local = target.project.local.string();
  access.project_remote = target.project.remote;
  access.jupyter_port = target.jupyter ? target.jupyter->local_port : std::uint16_t{0};
  access.jupyter_url = jupyter_url(desired, observed);
  return access;
}

}  // namespace helper::ensure
