#include "plan/draft.hpp"
#include "plan/keeper.hpp"
#include "plan/our_names.hpp"
#include "plan/owner.hpp"
#include "plan/sshd_setup.hpp"

#include <algorithm>
#include <charconv>

namespace helper::plan {
namespace {

bool runs(const Keeper& keeper) { return keeper.state == ContainerState::running && !keeper.version.empty(); }

struct Services {
  SshdSetup sshd;
  std::vector<std::string> keys;
  std::optional<JupyterSetup> jupyter;
  std::string fingerprint;
};

std::vector<std::string> keys_to_keep(const SshdSetup& sshd, const Inside& inside) {
  std::vector<std::string> keys = inside.authorized_keys;
  keys.push_back(sshd.authorized_key);
  std::ranges::sort(keys);
  // Not std::ranges::unique: clang 14 cannot compile it.
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

// None where the next start of the container needs more than commands: a bundle that was sent into its memory.
std::optional<Services> services(const Draft& draft, const Inside& inside) {
  const auto shown = host_keys(draft.observed);
  if (!draft.local.key || shown.empty()) return std::nullopt;
  auto sshd = sshd_setup(draft.desired, draft.observed);
  if (!sshd || (sshd->from_bundle && draft.server.container->bundle_volume.empty())) return std::nullopt;
  auto keys = keys_to_keep(*sshd, inside);
  Services all{std::move(*sshd), std::move(keys), jupyter_to_keep(draft, inside), {}};
  all.fingerprint = services_fingerprint(all.sshd, all.jupyter, shown);
  return all;
}

ForgetServices forget(const Draft& draft, bool keeper_may_go) {
  return {draft.server.keeper->name, draft.config.name, draft.server.container->id, keeper_may_go};
}

void plan_start(Draft& draft, const Keeper& keeper, const KeeperImage& image) {
  if (keeper.state != ContainerState::absent && keeper.version.empty()) {
    draft.note("container " + keeper.name +
               " is not helper's, and has the keeper's name: without a keeper sshd and "
               "Jupyter come back after a restart only where helper runs");
  } else if (!keeper.has_socket) {
    if (draft.observed.attempts.created)
      draft.note(
          "there is no keeper, since the engine has no socket on the server: sshd and Jupyter come back after a "
          "restart only where helper runs (docs/keeper.md)");
  } else if (keeper.state == ContainerState::absent) {
    draft.step(StartKeeper{keeper.name, image}, "so that sshd and Jupyter start with the container, without a laptop");
  } else if (is_older(keeper.version, image.version)) {
    draft.step(StartKeeper{keeper.name, image}, "the one that is there is of version " + keeper.version);
  } else if (!runs(keeper)) {
    draft.step(StartKeeper{keeper.name, image}, "the one that is there is " + to_text(keeper.state));
  }
}

// Two that start the same service at once would be in each other's way. What has run in this run of the container
// already is not the keeper's business any more. True: that must be done first.
bool forget_before_own_starts(Draft& draft, const Inside& inside) {
  auto& steps = draft.plan.steps;
  const bool sshd_is_first = inside.sshd_fingerprint.empty();
  const bool jupyter_is_first = !inside.jupyter.ours_runs && !inside.jupyter.ours_ended;
  const auto first = std::ranges::find_if(steps, [&](const Step& step) {
    return (sshd_is_first && is<StartSshd>(step.action)) || (jupyter_is_first && is<StartJupyter>(step.action));
  });
  if (first == steps.end() || !runs(*draft.server.keeper) || draft.server.keeper->recorded == "") return false;
  // What the keeper is starting at this moment is there afterwards: the next look sees that.
  steps.erase(first, steps.end());
  steps.push_back({forget(draft, false), "helper starts the services itself now"});
  return true;
}

}  // namespace

std::string services_fingerprint(const SshdSetup& sshd, const std::optional<JupyterSetup>& jupyter,
                                 const std::vector<std::string>& host_keys) {
  return fingerprint(sshd, host_keys) + " " + env_mark(sshd) + (jupyter ? " " + to_line(*jupyter) : "");
}

bool is_older(std::string_view version, std::string_view than) {
  while (!version.empty() || !than.empty()) {
    const auto take = [](std::string_view& text) {
      int number = 0;
      const auto end = std::from_chars(text.data(), text.data() + text.size(), number).ptr;
      text.remove_prefix(static_cast<std::size_t>(end - text.data()));
      if (!text.empty()) text.remove_prefix(1);
      return number;
    };
    const int one = take(version);
    const int other = take(than);
    if (one != other) return one < other;
  }
  return false;
}

bool keeper_starts_them(const Draft& draft, const Inside& inside) {
  if (!draft.server.keeper || !draft.target.keeper || draft.observed.attempts.awaited > 0) return false;
  if (is_guest(draft.desired, draft.observed)) return false;
  if (!draft.observed.attempts.keeper_failed.empty() || !runs(*draft.server.keeper)) return false;
  const auto all = services(draft, inside);
  // Where it is not known another client may have given it services, or this one before its daemon was started.
  if (!all || draft.server.keeper->recorded.value_or(all->fingerprint) != all->fingerprint) return false;
  const bool jupyter_may_come = all->jupyter && !inside.jupyter.ours_runs && !inside.jupyter.ours_ended;
  return inside.sshd_fingerprint.empty() || jupyter_may_come;
}

void plan_keeper(Draft& draft, const Inside& inside) {
  if (!draft.server.keeper || is_of_another_project(draft.desired, draft.observed)) return;
  if (is_guest(draft.desired, draft.observed)) return;  // it has one record of a container, the owner's
  const Keeper& keeper = *draft.server.keeper;
  if (const auto& why = draft.observed.attempts.keeper_failed; !why.empty()) {
    draft.note("the keeper cannot do its part: " + why +
               "; sshd and Jupyter come back after a restart only where helper runs");
    return;
  }
  if (!draft.target.keeper) {
    if (runs(keeper) && draft.server.keeper->recorded != "") draft.step(forget(draft, true), "the config wants none");
    return;
  }
  const auto all = services(draft, inside);
  if (!all) return;
  if (keeper_starts_them(draft, inside)) {
    draft.step(
        AwaitKeeper{keeper.name, draft.config.name, draft.server.container->id, draft.server.container->started_at},
        "the container has just started");
    return;
  }
  if (forget_before_own_starts(draft, inside)) return;
  const auto steps_before = draft.plan.steps.size();
  if (draft.local.keeper_image) plan_start(draft, keeper, *draft.local.keeper_image);
  const bool will_run = runs(keeper) || draft.plan.steps.size() > steps_before;
  const bool is_as_recorded =
      draft.server.keeper->recorded == all->fingerprint && !std::ranges::any_of(draft.plan.steps, [](const Step& step) {
        return is<ForgetServices>(step.action) || is<StartKeeper>(step.action);
      });
  if (!will_run || is_as_recorded) return;
  plan_fetched_host_keys(draft);
  draft.step(RecordServices{keeper.name, draft.config.name, draft.server.container->id,
                            draft.server.container->started_at, all->sshd, all->keys, all->jupyter, all->fingerprint},
             "so that they come back after a restart");
}

void plan_forget_first(Draft& draft, const Inside& inside) {
  if (!draft.server.keeper || is_of_another_project(draft.desired, draft.observed)) return;
  if (is_guest(draft.desired, draft.observed) || !draft.observed.attempts.keeper_failed.empty()) return;
  static_cast<void>(forget_before_own_starts(draft, inside));
}

void plan_leave_keeper(Draft& draft, const std::string& cause) {
  if (!draft.server.keeper || !runs(*draft.server.keeper) || draft.server.container->id.empty()) return;
  if (draft.server.keeper->recorded == "") return;
  if (const auto& why = draft.observed.attempts.keeper_failed; !why.empty()) {
    draft.note("the keeper cannot do its part: " + why + "; it forgets a container that is removed");
    return;
  }
  draft.step(forget(draft, true), cause);
}

}  // namespace helper::plan
