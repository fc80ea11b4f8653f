// Draft is a plan while it is being made: what the parts of make_plan read, and where they put their steps.
#pragma once

#include "plan/desired.hpp"
#include "plan/observed.hpp"
#include "plan/step.hpp"

#include <string>
#include <utility>

namespace helper::plan {

class Draft {
 public:
  // Both must outlive it.
  Draft(const Desired& its_desired, const Observed& its_observed)
      : desired(its_desired),
        observed(its_observed),
        local(its_observed.local),
        server(its_observed.server),
        place(its_observed.place),
        config(its_desired.target.container),
        target(its_desired.target) {}

  void step(Action action, std::string cause) { plan.steps.push_back({std::move(action), std::move(cause)}); }
  // The cause says only that it was not done yet.
  void obvious_step(Action action, std::string cause) {
    plan.steps.push_back({std::move(action), std::move(cause), true});
  }
  void problem(ErrorCode code, std::string thing, std::string cause, std::string fix) {
    problem({code, std::move(thing), std::move(cause), std::move(fix)});
  }
  void problem(Error error) { plan.problems.push_back(std::move(error)); }
  void shortfall(Error error) { plan.shortfalls.push_back(std::move(error)); }
  void note(std::string text) { plan.notes.push_back(std::move(text)); }
  // A command of the engine, to be typed by a person.
  [[nodiscard]] std::string on_the_server(const std::string& words) const {
    return "on the server: " + server.engine.value_or(Engine{}).program + " " + words;
  }
  [[nodiscard]] std::string container_name() const { return "container " + config.name; }

  const Desired& desired;
  const Observed& observed;
  const LocalFacts& local;
  const ServerFacts& server;
  const PlaceFacts& place;
  const config::ContainerConfig& config;
  const config::Target& target;
  Plan plan;
};

// The parts of make_plan, in the order in which they are called; each adds what one part of the world needs.

void plan_open_tunnels(Draft& draft);
// Makes some where there are none.
void plan_host_keys(Draft& draft);
// Once it is known which the container has.
void plan_pinned_host_keys(Draft& draft);
// The private halves of the container's host keys come to this machine, where they are needed and not there yet.
void plan_fetched_host_keys(Draft& draft);
// The record of the container, which runs.
void plan_record(Draft& draft);
// True: the container, or the one that it replaces, is another's. Its problem is all that the plan holds then.
[[nodiscard]] bool plan_foreign(Draft& draft);
// The same for a container of another project of this person's: only where something of it would be changed.
[[nodiscard]] bool plan_other_project(Draft& draft, bool would_change);
// After all else: a plan that would change something in such a container, or in one of which the person is a guest, is
// refused as a whole.
void refuse_changes_of_a_user(Draft& draft);
// Of a container, by this name, with its record.
[[nodiscard]] RemoveContainer removal(const Draft& draft, const Container& container, const std::string& name);
void plan_close_tunnels(Draft& draft, const std::string& cause);
// True when the container runs now, so that its inside is known.
[[nodiscard]] bool plan_container(Draft& draft);
// --rm: what runs in such a container is its only copy.
[[nodiscard]] bool would_be_lost_by_stopping(const Container& container);
// False: a problem was added, since the engine would delete the container as soon as it stops.
[[nodiscard]] bool plan_stop_container(Draft& draft, const std::string& cause);
// True when the config's image is on the server as it should be; else a step towards it, or a problem, was added.
[[nodiscard]] bool plan_image(Draft& draft);
// Where the container, which is ours, is not as the config says. True when it is about to go, so that nothing else can
// be planned for it.
[[nodiscard]] bool plan_drifts(Draft& draft, const Container& container);

// While a container is recreated, the old one waits under this name; it is removed when the new one is ready, and takes
// its name again when that cannot be.
[[nodiscard]] std::string aside_name(const Draft& draft);
[[nodiscard]] bool is_being_replaced(const Draft& draft);
// What took its name was made in this request or never ran, so that nobody has written anything in it.
[[nodiscard]] bool may_bring_back(const Draft& draft);
void plan_bring_back(Draft& draft, const std::string& why);
void plan_remove_aside(Draft& draft, const std::string& cause);
// The last part of all: what is left to do may depend on the old one.
void plan_end_of_replacement(Draft& draft);

// What follows is called for a container that runs.
// False: a problem was added, since the folders in which helper keeps its files are the server's own.
[[nodiscard]] bool plan_own_folders(Draft& draft);
void plan_bundle(Draft& draft, const Inside& inside);
// The user, with the ids of the project's owner. False: a step or a problem must come first.
[[nodiscard]] bool plan_user(Draft& draft, const Inside& inside);
// What follows is called when scripts run in it and it has the user.
void plan_ssh(Draft& draft, const Inside& inside);
void plan_jupyter(Draft& draft, const Inside& inside);
// JupyterLab where the container has none and somebody has agreed, or can be asked. After all else: a hook may bring
// it.
void plan_install(Draft& draft);
void plan_forward_tunnels(Draft& draft);
// The keeper starts the services of this run of the container now, so that nobody else must.
[[nodiscard]] bool keeper_starts_them(const Draft& draft, const Inside& inside);
// The config asks for a Jupyter, and the container has none that runs or could be started.
[[nodiscard]] bool lacks_jupyter(const Draft& draft, const Inside& inside);
// Which Jupyter should run whenever the container starts; none where it is not ours to start.
[[nodiscard]] std::optional<JupyterSetup> jupyter_to_keep(const Draft& draft, const Inside& inside);
// After the steps that start the services.
void plan_keeper(Draft& draft, const Inside& inside);
// In place of that where the plan is not whole, say because the keeper's sshd listens and is not known as ours yet.
void plan_forget_first(Draft& draft, const Inside& inside);
// The container goes, or what is ours in it.
void plan_leave_keeper(Draft& draft, const std::string& cause);
// The config's own commands, last: all else is ready by then.
void plan_hooks(Draft& draft);
// Whether a session that was tried works; only when nothing is left to do.
void plan_session(Draft& draft);

}  // namespace helper::plan
