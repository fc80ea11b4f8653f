#include "plan/make_plan.hpp"

#include "base/shell.hpp"
#include "plan/choose_python.hpp"
#include "plan/draft.hpp"
#include "plan/gpu_ladder.hpp"
#include "plan/our_names.hpp"
#include "plan/requirements.hpp"
#include "plan/security.hpp"
#include "plan/server_mounts.hpp"
#include "plan/session.hpp"

#include <algorithm>

namespace helper::plan {
namespace {

std::string why_used(const Engine& engine) { return to_text(engine.kind) + " is used: " + engine.passed_over; }

bool server_and_engine(Draft& draft) {
  if (draft.server.error) draft.problem(*draft.server.error);
  if (draft.server.engine_error) draft.problem(*draft.server.engine_error);
  if (const auto& engine = draft.server.engine; engine && !engine->passed_over.empty()) draft.note(why_used(*engine));
  for (auto& note : requirement_notes(draft.target, draft.server)) draft.note(std::move(note));
  return !draft.server.error && !draft.server.engine_error;
}

void plan_python(Draft& draft, const Inside& inside) {
  const auto choice = choose_python(draft.target, inside);
  if (!choice) {
    draft.problem(choice.error());
    return;
  }
  for (auto& note : python_notes(draft.target, inside, *choice)) draft.note(std::move(note));
}

// Missing GPUs do not prevent SSH: they are a shortfall, which is reported once the rest is done.
void plan_gpu(Draft& draft) {
  if (auto failure = lowest_failure(gpu_ladder(draft.desired, draft.observed))) draft.shortfall(std::move(*failure));
  for (auto& note : gpu_notes(draft.desired, draft.observed)) draft.note(std::move(note));
}

void plan_inside(Draft& draft) {
  if (draft.place.inside_error) draft.problem(*draft.place.inside_error);
  if (!draft.place.inside) return;
  const Inside& inside = *draft.place.inside;
  if (!plan_own_folders(draft)) return;
  plan_bundle(draft, inside);
  if (!inside.has_shell) {
    if (takes_bundle(draft.observed)) return;  // it contains one
    draft.problem(ErrorCode::inside_failed, draft.container_name(),
                  "there is no shell in it, and helper brings none for " + draft.server.machine,
                  "use an image with a POSIX sh");
    return;
  }
  if (!plan_user(draft, inside)) return;
  plan_ssh(draft, inside);
  plan_python(draft, inside);
  plan_jupyter(draft, inside);
  plan_gpu(draft);
}

// Whether there is something to keep: SSH works without a Python, and not for a user who is only being made.
bool has_services(const Plan& plan) {
  return std::ranges::all_of(plan.problems,
                             [](const Error& error) { return error.code == ErrorCode::python_missing; }) &&
         std::ranges::none_of(plan.steps, [](const Step& step) { return is<MakeUser>(step.action); });
}

void plan_running(Draft& draft) {
  for (const std::string& remark : draft.target.remarks) draft.note(remark);
  plan_open_tunnels(draft);
  if (draft.local.key) {
    const LocalKey& key = *draft.local.key;
    if (auto problem = key_problem(key)) draft.problem(std::move(*problem));
    if (key.open_to_others && key.in_agent) {
      draft.note("other users may read the private key " + key.private_file +
                 ": ssh uses only the copy that your agent holds; fix: chmod 600 " + shell::quote(key.private_file));
    }
  }
  if (!draft.local.key) draft.step(MakeLocalKey{}, "no key of yours is of a kind that the container accepts");
  plan_host_keys(draft);
  if (!server_and_engine(draft) || plan_foreign(draft)) return;
  draft.plan.security = security_notes(draft.desired, draft.observed);
  if (draft.server.container) plan_pinned_host_keys(draft);
  if (!plan_container(draft)) return;
  plan_record(draft);
  plan_inside(draft);
  // A port of a container that others use too may be theirs where this person cannot use the container.
  if (!draft.config.share || draft.plan.problems.empty()) plan_forward_tunnels(draft);
  plan_end_of_replacement(draft);
  if (draft.place.inside && draft.place.inside->has_shell) {
    if (has_services(draft.plan)) {
      plan_keeper(draft, *draft.place.inside);
    } else {
      plan_forget_first(draft, *draft.place.inside);
    }
  }
  plan_hooks(draft);
  plan_install(draft);
  plan_session(draft);
}

void plan_stopped(Draft& draft) {
  plan_close_tunnels(draft, "the target will be stopped");
  if (!server_and_engine(draft) || !draft.server.container || plan_foreign(draft)) return;
  if (draft.server.container->state == ContainerState::absent && is_being_replaced(draft)) {
    plan_bring_back(draft, "was set aside, and nothing took its place");
  } else {
    static_cast<void>(plan_stop_container(draft, "the target will be stopped"));
  }
}

void plan_absent(Draft& draft) {
  plan_close_tunnels(draft, "the target will be removed");
  if (!server_and_engine(draft) || !draft.server.container || plan_foreign(draft)) return;
  if (const Container& container = *draft.server.container; container.state != ContainerState::absent) {
    if (!is_ours(container)) {
      draft.plan.steps.clear();  // what is refused changes nothing, its tunnels neither
      const bool runs = container.state == ContainerState::running || container.state == ContainerState::paused;
      const std::string program = draft.server.engine.value_or(Engine{}).program;
      draft.problem(ErrorCode::container_not_ours, draft.container_name(),
                    "helper did not make it and so does not remove it",
                    draft.on_the_server((runs ? "stop " + draft.config.name + " && " + program + " rm " : "rm ") +
                                        draft.config.name));
      return;
    }
    if (!plan_stop_container(draft, "the target will be removed")) return;
    plan_leave_keeper(draft, "the target will be removed");
    draft.obvious_step(removal(draft, container, draft.config.name), "the target will be removed");
  }
  if (draft.target.ide.backend_cache) {
    const auto volume = backend_cache_volume(draft.config.name);
    draft.note("what ide.backend_cache keeps stays in volume " + volume + "; to remove it, " +
               draft.on_the_server("volume rm " + volume));
  }
  if (is_being_replaced(draft)) plan_remove_aside(draft, "the one from before, which will be removed too");
  if (!draft.local.pinned_host_keys.empty()) draft.obvious_step(PinHostKeys{}, "the target will be removed");
}

void plan_ejected(Draft& draft) {
  plan_close_tunnels(draft, "nothing of helper's will be left in the container");
  if (!server_and_engine(draft) || !draft.server.container || plan_foreign(draft)) return;
  if (draft.place.inside_error) draft.problem(*draft.place.inside_error);
  const bool has_traces = draft.place.inside && draft.place.inside->traces;
  if (has_traces && !plan_own_folders(draft)) return;
  // Of a container that helper made the record stays, as its labels do: else nobody would know whose it is.
  const Container& container = *draft.server.container;
  const Record* record = is_ours(container) ? nullptr : record_of(draft.server, container);
  if (record != nullptr)
    draft.step(RemoveRecord{draft.config.name, record_volume(container.id)}, "nothing of helper's will be left");
  if (!has_traces) return;
  const bool own_profile =
      server_mount(*draft.server.container, draft.place.inside, "/etc/profile.d/helper.sh") == nullptr;
  plan_leave_keeper(draft, "helper leaves the container");
  draft.obvious_step(Eject{draft.config.name, own_profile}, "asked for");
}

}  // namespace

Plan make_plan(const Desired& desired, const Observed& observed) {
  Draft draft(desired, observed);
  switch (desired.power) {
    case Power::running:
      plan_running(draft);
      refuse_changes_of_a_user(draft);
      break;
    case Power::stopped:
      plan_stopped(draft);
      break;
    case Power::absent:
      plan_absent(draft);
      break;
    case Power::ejected:
      plan_ejected(draft);
      break;
  }
  for (Error& problem : draft.plan.problems) problem = with_engine(std::move(problem), observed);
  return std::move(draft.plan);
}

Error with_engine(Error error, const Observed& observed) {
  const auto& engine = observed.server.engine;
  const bool is_about_it = error.code == ErrorCode::image_missing || error.code == ErrorCode::container_failed ||
                           error.code == ErrorCode::engine_failed || error.code == ErrorCode::gpu_unavailable;
  if (engine && !engine->passed_over.empty() && is_about_it) error.cause += "; " + why_used(*engine);
  return error;
}

bool is_ours(const Container& container) {
  const auto label = container.labels.find(k_label_target);
  return label != container.labels.end() && !label->second.empty();
}

}  // namespace helper::plan
