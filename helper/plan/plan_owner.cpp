#include "plan/draft.hpp"
#include "plan/make_plan.hpp"
#include "plan/our_names.hpp"
#include "plan/owner.hpp"

#include <algorithm>

namespace helper::plan {

namespace {

void refuse(Draft& draft, const std::string& name, Foreign owner) {
  draft.plan = Plan();  // what is refused changes nothing, its tunnels neither
  draft.problem(foreign_error(name, draft.target.name, owner));
  draft.plan.foreign = std::move(owner);
}

}  // namespace

bool plan_foreign(Draft& draft) {
  const auto& server = draft.server;
  const auto is_foreign = [&](const std::optional<Container>& container, const std::string& name) {
    if (!container) return false;
    auto owner = foreign_owner(draft.desired, draft.observed, *container);
    if (owner) refuse(draft, name, std::move(*owner));
    return owner.has_value();
  };
  if (is_foreign(server.container, draft.config.name)) return true;
  const bool replaces =
      server.container && (server.container->state == ContainerState::absent || is_ours(*server.container));
  return replaces && is_foreign(server.aside, aside_name(draft));
}

// Whose the container is that this target only uses; nullopt: the target may change it.
std::optional<Foreign> holder(const Draft& draft) {
  if (is_of_another_project(draft.desired, draft.observed))
    return Foreign{draft.local.me.name, draft.local.me.machine, draft.local.other_project, true};
  if (!is_guest(draft.desired, draft.observed)) return std::nullopt;
  const Record& record = *record_of(draft.server, *draft.server.container);
  return Foreign{record.owner.name, record.owner.machine, record.project};
}

// What is done with a container that stays as it is for all others: it is used.
bool is_use(const Step& step, const Draft& draft) {
  const auto& inside = draft.place.inside;
  if (std::holds_alternative<LocalAction>(step.action)) return true;
  // A guest has a user, an sshd and a Jupyter of their own.
  const bool is_of_a_user = is<MakeUser>(step.action) || is<StartSshd>(step.action) || is<StartJupyter>(step.action) ||
                            is<StopJupyter>(step.action);
  if (is_of_a_user && is_guest(draft.desired, draft.observed)) return true;
  if (is<StartSshd>(step.action)) return !inside || inside->sshd_fingerprint.empty();
  if (is<StartJupyter>(step.action)) return !inside || !inside->jupyter.ours_runs;
  return is<StartContainer>(step.action) || is<UnpauseContainer>(step.action) || is<AuthorizeKey>(step.action) ||
         is<AwaitKeeper>(step.action) || is<FetchHostKeys>(step.action) || is<FillBundleVolume>(step.action) ||
         is<SendBundle>(step.action) || is<InstallJupyter>(step.action);  // the last is planned after a person's yes
}

void refuse_changes_of_a_user(Draft& draft) {
  const auto owner = holder(draft);
  if (!owner || draft.plan.foreign) return;
  if (!std::ranges::all_of(draft.plan.steps, [&](const Step& step) { return is_use(step, draft); }))
    refuse(draft, draft.config.name, *owner);
}

bool plan_other_project(Draft& draft, bool would_change) {
  const auto owner = holder(draft);
  if (!owner) return false;
  if (!owner->is_mine) return false;  // a guest's config does not say how the container is
  if (!would_change) {
    draft.note(draft.container_name() + " is also that of " + draft.local.other_project +
               ": both projects use it, and this one changes nothing of it");
    return false;
  }
  refuse(draft, draft.config.name, *owner);
  return true;
}

void plan_host_keys(Draft& draft) {
  if (host_keys(draft.observed).empty())
    draft.obvious_step(MakeHostKeys{}, "none exist for " + draft.target.name + " yet");
}

void plan_pinned_host_keys(Draft& draft) {
  const auto keys = host_keys(draft.observed);
  if (keys.empty() || keys == draft.local.pinned_host_keys) return;
  if (draft.local.pinned_host_keys.empty()) {
    draft.obvious_step(PinHostKeys{keys}, "none are pinned yet");
  } else {
    draft.step(PinHostKeys{keys}, "other keys were pinned");
  }
}

void plan_fetched_host_keys(Draft& draft) {
  const auto keys = host_keys(draft.observed);
  const bool is_planned =
      std::ranges::any_of(draft.plan.steps, [](const Step& step) { return is<FetchHostKeys>(step.action); });
  if (is_planned || keys == draft.local.host_keys) return;
  for (const auto* container : {&draft.server.container, &draft.server.aside}) {
    if (!*container) continue;
    const Record* record = record_of(draft.server, **container);
    if (record == nullptr || record->host_keys != keys) continue;
    draft.step(FetchHostKeys{record_volume((*container)->id), (*container)->image_id, keys},
               draft.local.host_keys.empty() ? "this machine had none of them" : "this machine had others");
    return;
  }
}

void plan_record(Draft& draft) {
  const Container& container = *draft.server.container;
  Record record = new_record(draft.desired, draft.observed);
  record.container = container.id;
  if (const auto nonce = container.labels.find(k_label_nonce); nonce != container.labels.end())
    record.nonce = nonce->second;
  const bool has_one = record_of(draft.server, container) != nullptr;
  const bool is_half = has_one && !record.nonce.empty() && record.nonce == draft.local.half_recorded &&
                       record.host_keys == draft.local.host_keys;
  if ((has_one && !is_half) || draft.local.host_keys.empty()) return;
  draft.step(WriteRecord{draft.config.name, std::move(record)},
             has_one ? "the request that created it was cut off" : "the server had no record of the owner");
}

RemoveContainer removal(const Draft& draft, const Container& container, const std::string& name) {
  return {name, record_of(draft.server, container) == nullptr ? std::string() : record_volume(container.id)};
}

}  // namespace helper::plan
