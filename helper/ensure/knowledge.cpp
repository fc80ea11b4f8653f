#include "ensure/knowledge.hpp"

#include "engine/place.hpp"
#include "ensure/status.hpp"
#include "plan/choose_python.hpp"
#include "plan/make_plan.hpp"
#include "plan/owner.hpp"

#include <algorithm>
#include <utility>

namespace helper::ensure {
namespace {

// What was agreed for a container that runs is valid for no other power.
plan::Desired desired_of(const Knowledge& knowledge, const config::Target& config, plan::Power power) {
  auto desired = plan::desired_state(config, power);
  if (power == plan::Power::running) desired.agreed_owner = knowledge.agreed_owner;
  return desired;
}
plan::Keeper* keeper_of(Knowledge& knowledge) {
  return knowledge.observed && knowledge.observed->server.keeper ? &*knowledge.observed->server.keeper : nullptr;
}

plan::Desired running(const Knowledge& knowledge, const config::Target& config) {
  return desired_of(knowledge, config, plan::Power::running);
}

// Of all that is left to do, the most useful: that the container does not run comes before a port of this machine.
std::string to_be_done(const plan::Observed& observed, const plan::Plan& plan) {
  const auto& container = observed.server.container;
  if (container && container->state == plan::ContainerState::absent) return "its container does not exist";
  if (container && container->state == plan::ContainerState::exited) return "its container is stopped";
  if (container && container->state != plan::ContainerState::running)
    return "its container is " + plan::to_text(container->state);
  const auto telling = std::ranges::find_if(
      plan.steps, [](const auto& step) { return !std::holds_alternative<plan::LocalAction>(step.action); });
  return plan::to_text(telling == plan.steps.end() ? plan.steps.front() : *telling);
}

bool lacks_nothing(const plan::Plan& plan) { return plan.empty() && plan.shortfalls.empty(); }

}  // namespace

void set_config(Knowledge& knowledge, const config::Target& config) {
  if (knowledge.config == config) return;
  Knowledge next;
  next.config = config;
  next.link_down = std::move(knowledge.link_down);
  next.link_losses = knowledge.link_losses;
  next.tunnels = std::move(knowledge.tunnels);
  next.recorded = std::move(knowledge.recorded);  // of a container, whatever the config says of it
  next.revision = knowledge.revision;
  knowledge = std::move(next);
}

void take_look(Knowledge& knowledge, plan::Power power, const plan::Observed& observed,
               std::vector<tunnel::TunnelStatus> tunnels, SteadyTime now) {
  if (!observed.place.inside || !observed.server.container) {  // what was tried in it does not count any more
    knowledge.session = std::nullopt;
    knowledge.proven.clear();
  }
  knowledge.jupyter_failed = observed.attempts.jupyter_failed;
  if (const auto& keeper = observed.server.keeper; keeper && knowledge.recorded.keeper.empty())
    knowledge.recorded.keeper = keeper->id;
  knowledge.observed = observed;
  knowledge.at = now;
  knowledge.fresh = power == plan::Power::running;
  knowledge.link_down.clear();
  knowledge.tunnels = std::move(tunnels);
}

void take_session(Knowledge& knowledge, const plan::SessionTry& tried) {
  knowledge.session = tried;
  if (knowledge.observed) knowledge.observed->local.session = tried;
}

void doubt(Knowledge& knowledge) { knowledge.fresh = false; }

void begin_step(Knowledge& knowledge, const std::string& step, std::vector<tunnel::TunnelStatus> tunnels) {
  doubt(knowledge);
  knowledge.step = step;
  knowledge.tunnels = std::move(tunnels);
}

void end_steps(Knowledge& knowledge, std::vector<tunnel::TunnelStatus> tunnels) {
  knowledge.step.clear();
  knowledge.tunnels = std::move(tunnels);
}

void lose_server(Knowledge& knowledge, const Error& error, SteadyTime now) {
  plan::Observed here;
  if (knowledge.observed) {
    here.local.key = std::move(knowledge.observed->local.key);
    here.local.host_keys = std::move(knowledge.observed->local.host_keys);
    here.local.pinned_host_keys = std::move(knowledge.observed->local.pinned_host_keys);
    here.local.tunnels = std::move(knowledge.observed->local.tunnels);
  }
  here.server.error = error;
  take_look(knowledge, plan::Power::running, here, std::move(knowledge.tunnels), now);
}

void lose_link(Knowledge& knowledge, const std::string& why) {
  ++knowledge.link_losses;
  knowledge.link_down = why;
}

void take_record(Knowledge& knowledge, const std::string& container, const std::string& fingerprint) {
  plan::Keeper* const keeper = keeper_of(knowledge);
  knowledge.recorded = {keeper != nullptr ? keeper->id : std::string(), container, fingerprint};
  if (keeper != nullptr && knowledge.observed->server.container &&
      knowledge.observed->server.container->id == container)
    keeper->recorded = fingerprint;
}

void take_keeper(Knowledge& knowledge, const std::string& version) {
  knowledge.recorded = {};
  plan::Keeper* const keeper = keeper_of(knowledge);
  if (keeper == nullptr) return;
  keeper->id.clear();
  keeper->state = plan::ContainerState::running;
  keeper->version = version;
}

std::optional<std::string> recorded_of(const Knowledge& knowledge, const std::string& keeper,
                                       const std::string& container) {
  const Recorded& recorded = knowledge.recorded;
  if (container.empty() || recorded.container != container) return std::nullopt;
  if (!recorded.keeper.empty() && recorded.keeper != keeper) return std::nullopt;
  return recorded.fingerprint;
}

Memory memory_of(const Knowledge& knowledge, const config::Target& config) {
  const auto& observed = knowledge.observed;
  if (!observed || !observed->place.inside || !observed->server.container) return {};
  const auto choice = plan::choose_python(config, *observed->place.inside);
  if (!choice) return {};
  Memory memory;
  memory.run = engine::run_of(*observed->server.container);
  memory.inside = *observed->place.inside;
  memory.server_gpu = observed->server.gpu;
  memory.python = choice->python;
  return memory;
}

std::string run_of(const Knowledge& knowledge) {
  const auto& observed = knowledge.observed;
  return observed && observed->place.inside && observed->server.container ? engine::run_of(*observed->server.container)
                                                                          : std::string();
}

std::string run_that_belongs_to(const Knowledge& knowledge, const std::string& owner_id) {
  const std::string run = run_of(knowledge);
  if (run.empty()) return {};
  const auto& server = knowledge.observed->server;
  const plan::Record* record = plan::record_of(server, *server.container);
  return record != nullptr && record->owner.id == owner_id ? run : std::string();
}

std::string ssh_server_of(const Knowledge& knowledge) {
  const auto& observed = knowledge.observed;
  return observed && observed->place.inside ? observed->place.inside->ssh_server : std::string();
}

bool is_unreachable(const Knowledge& knowledge) { return knowledge.observed && knowledge.observed->server.error; }

std::optional<engine::EngineCli> cli_of(const Knowledge& knowledge) {
  const auto& observed = knowledge.observed;
  if (!observed || !observed->place.inside || !observed->server.engine) return std::nullopt;
  return engine::cli_of(*observed->server.engine);
}

bool holds_port(const Knowledge& knowledge, std::uint16_t port) {
  return std::ranges::find(knowledge.tunnels, port, &tunnel::TunnelStatus::local_port) != knowledge.tunnels.end();
}

TargetStatus status_of(const Knowledge& knowledge, const config::Target& config) {
  if (!knowledge.config) return unknown_status(config);
  if (!knowledge.step.empty()) return working_status(*knowledge.config, knowledge.step);
  if (!knowledge.observed) return unknown_status(*knowledge.config);
  auto status = target_status(running(knowledge, *knowledge.config), *knowledge.observed,
                              plan_of(knowledge, plan::Power::running), knowledge.tunnels);
  if (knowledge.openssh_checks)
    status.notes.push_back("OpenSSH checks the host key of " + status.server + " for helper");
  if (knowledge.link_down.empty() || status.tunnels.empty()) return status;
  status.state = "unreachable";
  for (auto& tunnel : status.tunnels) {
    tunnel.up = false;
    tunnel.trouble = knowledge.link_down;
  }
  return status;
}

plan::Plan plan_of(const Knowledge& knowledge, plan::Power power) {
  return plan::make_plan(desired_of(knowledge, *knowledge.config, power), *knowledge.observed);
}

bool lacks_only_steps(const Knowledge& knowledge) {
  const auto& observed = knowledge.observed;
  if (!observed || !observed->server.container || observed->server.container->state != plan::ContainerState::running)
    return false;
  const auto plan = plan_of(knowledge, plan::Power::running);
  return !plan.steps.empty() && plan.problems.empty() && !plan.foreign;
}

Result<ide::Access> settings_of(const Knowledge& knowledge, const Paths& paths) {
  const auto plan = plan_of(knowledge, plan::Power::running);
  for (const auto& problem : plan.problems) {
    if (problem.code != ErrorCode::python_missing) return fail(problem);
  }
  const std::string& name = knowledge.config->name;
  if (!plan.steps.empty()) {
    return fail(ErrorCode::not_ready, name, "it is not ready: " + to_be_done(*knowledge.observed, plan),
                "helper ensure " + name);
  }
  return interpreter_of(paths, running(knowledge, *knowledge.config), *knowledge.observed);
}

Result<ide::Access> known_settings(const Knowledge& knowledge, const config::Target& config, const Paths& paths,
                                   SteadyTime now) {
  const bool holds = knowledge.config == config && knowledge.observed && knowledge.fresh &&
                     knowledge.link_down.empty() && now - knowledge.at < k_known_for &&
                     lacks_nothing(plan_of(knowledge, plan::Power::running));
  if (holds) return interpreter_of(paths, running(knowledge, config), *knowledge.observed);
  return fail(ErrorCode::not_ready, config.name, "nothing that is known of it is still valid",
              "helper ensure " + config.name);
}

}  // namespace helper::ensure
