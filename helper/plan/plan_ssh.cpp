#include "plan/draft.hpp"
#include "plan/make_plan.hpp"
#include "plan/our_names.hpp"
#include "plan/owner.hpp"
#include "plan/server_mounts.hpp"
#include "plan/session.hpp"
#include "plan/session_env.hpp"

#include <algorithm>

namespace helper::plan {
namespace {

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

std::string bundle_volume(const SshBundle& bundle) { return "helper-ssh-" + bundle.digest; }

bool takes_bundle(const Observed& observed) {
  if (!observed.place.inside->bundle.empty()) return true;
  if (!observed.local.bundle) return false;
  const Container& container = *observed.server.container;
  if (!container.bundle_volume.empty()) return container.bundle_volume == bundle_volume(*observed.local.bundle);
  return server_mount(container, observed.place.inside, k_bundle_folder) == nullptr &&
         observed.server.engine.value_or(Engine{}).kind == EngineKind::docker;
}

void plan_session(Draft& draft) {
  if (!draft.plan.steps.empty() || !draft.plan.problems.empty()) return;
  if (auto problem = session_problem(draft.desired, draft.observed)) draft.problem(std::move(*problem));
  if (auto note = session_note(draft.desired, draft.observed); !note.empty()) draft.note(std::move(note));
}

bool plan_own_folders(Draft& draft) {
  const Container& container = *draft.server.container;
  const auto places = {k_run_folder, k_user_run_folder, k_sshd_folder};
  for (const std::string_view place : places) {
    const Mount* mount = server_mount(container, draft.place.inside, place);
    if (mount == nullptr) continue;
    const std::string& name = draft.target.name;
    draft.problem(ErrorCode::inside_failed, draft.container_name(),
                  tell_mount(place, *mount) +
                      ", where helper would keep its keys: other containers and users of the server would share them",
                  is_ours(container)
                      ? "to keep a copy first: helper snapshot " + name +
                            "; to recreate it with folders of its own there: helper remove " + name +
                            " && helper ensure " + name
                      : "recreate it without that mount, or with: --tmpfs /dev/helper:exec --tmpfs /dev/sshd");
    return false;
  }
  return true;
}

void plan_bundle(Draft& draft, const Inside& inside) {
  if (!draft.local.bundle || !inside.bundle.empty()) return;
  const SshBundle& bundle = *draft.local.bundle;
  const Container& container = *draft.server.container;
  if (container.bundle_volume == bundle_volume(bundle)) {
    draft.obvious_step(FillBundleVolume{container.bundle_volume, container.image, bundle}, "not there yet");
  } else if (takes_bundle(draft.observed)) {
    draft.obvious_step(SendBundle{draft.config.name, bundle}, "not there yet");
  } else if (!inside.has_shell) {
    draft.problem(ErrorCode::inside_no_sshd, draft.container_name(),
                  "it has neither a shell nor a place for an SSH server of ours: nothing can be run from its /dev",
                  "recreate it without a mount over /dev, or let helper create it");
  }
}

void plan_ssh(Draft& draft, const Inside& inside) {
  const auto keys = host_keys(draft.observed);
  if (!draft.local.key || keys.empty()) return;
  const auto setup = sshd_setup(draft.desired, draft.observed);
  if (!setup) {
    draft.problem(setup.error());
    return;
  }
  if (const auto cache = inside.user_home + "/.cache/JetBrains"; draft.target.ide.backend_cache) {
    if (const Mount* mount = server_mount(*draft.server.container, draft.place.inside, cache))
      draft.note(tell_mount(cache, *mount) + ": ide.backend_cache does nothing there");
  }
  if (const Mount* mount = server_mount(*draft.server.container, draft.place.inside, "/etc"))
    draft.note(tell_mount("/etc", *mount) +
               ": helper writes nothing there, so that login shells whose start files change a variable keep that");
  if (const auto names = not_carried(session_env(draft.target.ssh, draft.server.container->env)); !names.empty()) {
    draft.note("not in SSH sessions, since OpenSSH carries no variable with a line end in it: " + list(names));
  }
  if (inside.sshd_fingerprint.empty() && keeper_starts_them(draft, inside)) return;
  const auto start = [&](const std::string& cause, bool obvious = false) {
    plan_fetched_host_keys(draft);
    draft.plan.steps.push_back({StartSshd{*setup}, cause, obvious});
  };
  const std::string env = env_mark(*setup);
  const bool is_our_env = client_of(inside.sshd_env) == setup->client;
  const Container& container = *draft.server.container;
  if (is_ours(container) && is_shared(container) != draft.config.share) {
    draft.problem(ErrorCode::container_failed, draft.container_name(),
                  R"(it was created with another "share" than helper.json says, so its SSH server has other users)",
                  "helper ensure " + draft.target.name + " --recreate");
  } else if (setup->listens && inside.sshd_listening && inside.sshd_fingerprint.empty()) {
    draft.problem(ErrorCode::inside_failed,
                  "port " + std::to_string(k_container_ssh_port) + " of " + draft.container_name(),
                  "another program listens there, where helper's sshd belongs",
                  "end that program, or: helper restart " + draft.target.name);
  } else if (inside.sshd_fingerprint.empty()) {
    start("sshd is not running", true);
  } else if (inside.sshd_fingerprint != fingerprint(*setup, keys) || (is_our_env && inside.sshd_env != env)) {
    start("sshd was running with other keys or another environment");
  } else if (setup->listens && !inside.sshd_listening) {
    start("sshd was running, but not listening");
  } else if (shows_another_key(draft.observed, draft.target.ssh.local_port) &&
             draft.observed.attempts.sshd_starts == 0) {
    start("the SSH server that answers shows another host key than the target's");
  } else if (std::ranges::find(inside.authorized_keys, setup->authorized_key) == inside.authorized_keys.end()) {
    draft.step(AuthorizeKey{*setup}, "your key was not among them");
  } else if (!setup->cache_owner.empty() && !inside.cache_linked) {
    draft.note("~/.cache/JetBrains in " + draft.container_name() +
               " does not lead to the volume of ide.backend_cache, which keeps nothing of it; move away what is there, "
               "then: helper restart " +
               draft.target.name);
  }
  if (!is_our_env && !inside.sshd_env.empty() &&
      inside.sshd_env.substr(0, inside.sshd_env.find(' ')) != env.substr(0, env.find(' '))) {
    draft.note(
        "SSH sessions have the environment (\"ssh\": {\"env\": ...}) of another client, which started the SSH "
        "server of " +
        draft.container_name() + "; to give them yours: helper restart " + draft.target.name);
  }
}

}  // namespace helper::plan
