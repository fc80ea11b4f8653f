#include "base/text.hpp"
#include "plan/choose_gpu.hpp"
#include "plan/draft.hpp"
#include "plan/make_plan.hpp"
#include "plan/our_names.hpp"
#include "plan/owner.hpp"

namespace helper::plan {
namespace {

std::string causes(const std::vector<Drift>& drifts) {
  std::string text;
  for (const auto& drift : drifts) {
    if (drift.need == Need::recreate) text += (text.empty() ? "" : "; ") + to_text(drift);
  }
  return text;
}

// Everything that can fail without touching the old container comes before it is stopped.
void replace(Draft& draft, const Container& container) {
  // It could not wait for the new one: it would be gone. Nothing is done for that before somebody has decided.
  if (would_be_lost_by_stopping(container)) {
    static_cast<void>(plan_stop_container(draft, "will be recreated"));
    return;
  }
  if (draft.server.aside) {
    if (!is_ours(*draft.server.aside)) {
      draft.problem(ErrorCode::container_not_ours, "container " + aside_name(draft),
                    "it has the name under which " + draft.container_name() + " would wait, and helper did not make it",
                    draft.on_the_server("rename " + aside_name(draft) + " " + aside_name(draft) + ".old"));
      return;
    }
    plan_remove_aside(draft, draft.container_name() + " took its place before");
  }
  if (auto missing = missing_gpus(draft.config, draft.server.gpu)) return draft.problem(std::move(*missing));
  if (!plan_image(draft)) return;
  plan_fetched_host_keys(draft);
  if (draft.observed.attempts.consent == Consent::snapshot_first)
    draft.step(SnapshotContainer{draft.config.name, draft.observed.attempts.snapshot_image}, "will be recreated");
  const std::string cause = causes(draft.plan.drifts);
  if (container.state != ContainerState::exited && container.state != ContainerState::dead)
    draft.step(StopContainer{draft.config.name}, "will be recreated");
  draft.step(SetAside{draft.config.name, aside_name(draft)}, cause);
}

void tell_how(Draft& draft) {
  draft.note("helper.json and " + draft.container_name() + " differ: " + causes(draft.plan.drifts) +
             ". Applying this recreates the container (files in it outside its mounts are lost): helper ensure " +
             draft.target.name + " --recreate");
}

void tell_guest(Draft& draft) {
  std::vector<std::string> names;
  for (const auto& drift : find_drifts(draft.desired, draft.observed)) {
    if (find_field(drift.field) != nullptr) names.push_back(drift.field);
  }
  if (names.empty()) return;
  draft.note(draft.container_name() +
             " is as its owner's helper.json says; other in yours, and not applied: " + joined(names));
}

}  // namespace

std::string aside_name(const Draft& draft) { return draft.config.name + k_aside_suffix; }

bool is_being_replaced(const Draft& draft) {
  const auto& container = draft.server.container;
  const bool name_is_free_or_ours = container && (container->state == ContainerState::absent || is_ours(*container));
  return name_is_free_or_ours && draft.server.aside && is_ours(*draft.server.aside);
}

bool plan_drifts(Draft& draft, const Container& container) {
  const Attempts& attempts = draft.observed.attempts;
  if (const auto& build = draft.local.build; build && build->error) {
    draft.note("the image could not be built again: " + build->error->thing + ": " + build->error->cause + "; " +
               draft.container_name() + " is as it was built before");
  }
  if (const auto& build = draft.local.build;
      build && !build->error && !attempts.built.empty() && attempts.built != build->fingerprint) {
    draft.note("files in " + draft.config.build->context.string() + " changed while image " + draft.config.image +
               " was built; the image holds what was sent. What changes often belongs in " +
               (draft.config.build->context / ".dockerignore").string());
  }
  if (is_guest(draft.desired, draft.observed)) {
    tell_guest(draft);
    return false;
  }
  draft.plan.drifts = find_drifts(draft.desired, draft.observed);
  if (plan_other_project(draft, !draft.plan.drifts.empty())) return true;
  bool only_live = true;
  for (const auto& drift : draft.plan.drifts) {
    only_live = only_live && drift.need != Need::recreate;
    if (drift.field == "container.restart") draft.step(UpdateRestart{draft.config.name, drift.wanted}, drift.cause);
  }
  if (!attempts.replace_failed.empty()) {
    draft.problem(ErrorCode::container_failed, draft.container_name(),
                  "it could not be recreated and is back as it was: " + attempts.replace_failed,
                  "correct \"container\" in the config, then: helper ensure " + draft.target.name + " --recreate");
    return false;
  }
  if (only_live) return false;
  if (container.state == ContainerState::created && attempts.failed_ways.empty()) {
    draft.step(removal(draft, container, draft.config.name),
               "has never run, so nothing is lost: " + causes(draft.plan.drifts));
    return true;
  }
  const Consent consent = attempts.consent_for == container.id ? attempts.consent : Consent::not_asked;
  if (consent == Consent::yes || consent == Consent::snapshot_first) {
    replace(draft, container);
    return true;
  }
  if (consent == Consent::not_asked) draft.plan.wants_consent = container.id;
  tell_how(draft);
  return false;
}

void plan_bring_back(Draft& draft, const std::string& why) {
  const Container& in_its_place = *draft.server.container;
  if (in_its_place.state != ContainerState::absent) {
    if (!plan_stop_container(draft, "cannot take the place of the one before")) return;
    draft.step(removal(draft, in_its_place, draft.config.name), "cannot take the place of the one before");
  }
  draft.step(BringBack{aside_name(draft), draft.config.name}, why);
}

bool may_bring_back(const Draft& draft) {
  if (!is_being_replaced(draft)) return false;
  const Container& container = *draft.server.container;
  return container.state == ContainerState::absent || !container.ever_started ||
         draft.observed.attempts.set_aside == draft.server.aside->id;
}

void plan_end_of_replacement(Draft& draft) {
  if (!is_being_replaced(draft) || !draft.plan.steps.empty()) return;
  if (draft.plan.problems.empty() && draft.server.container->state == ContainerState::running) {
    plan_remove_aside(draft, draft.container_name() + ", which took its place, is ready");
  } else {
    draft.note("the container from before is kept as " + aside_name(draft) + " until " + draft.container_name() +
               " is ready");
  }
}

void plan_remove_aside(Draft& draft, const std::string& cause) {
  using enum ContainerState;
  const ContainerState state = draft.server.aside->state;
  if (state == running || state == paused || state == restarting) draft.step(StopContainer{aside_name(draft)}, cause);
  draft.step(removal(draft, *draft.server.aside, aside_name(draft)), cause);
}

bool plan_image(Draft& draft) {
  const auto& image = draft.server.image;
  const auto& build = draft.local.build;
  if (!build) {
    if (!image) draft.obvious_step(PullImage{draft.config.image}, "not on the server yet");
    return image.has_value();
  }
  if (build->error) {
    draft.problem(*build->error);
    return false;
  }
  if (image && is_as_built(draft.observed, image->build_fingerprint)) return true;
  if (image && image->build_fingerprint.empty()) {
    draft.problem(ErrorCode::config_invalid, "image " + draft.config.image,
                  "the server has an image of that name that helper did not build, and would lose it",
                  "give \"image\" beside \"build\" another name, or leave it out");
    return false;
  }
  draft.step(BuildImage{draft.config.image, build->fingerprint},
             image ? "the files that it is built from have changed" : "not on the server yet");
  return false;
}

}  // namespace helper::plan
