#include "ensure/apply.hpp"

#include "engine/act.hpp"
#include "engine/keeper.hpp"
#include "ensure/build_context.hpp"
#include "ensure/host_keys.hpp"
#include "ensure/jupyter_work.hpp"
#include "ensure/keeper.hpp"
#include "ensure/local_key.hpp"
#include "ide/access.hpp"
#include "ide/known_hosts.hpp"
#include "inside/hooks.hpp"
#include "inside/jupyter.hpp"
#include "inside/sshd.hpp"
#include "inside/user.hpp"

namespace helper::ensure {
namespace {

struct ApplyHere {
  const Hands& hands;
  const Paths& paths;
  const config::Target& target;
  const std::stop_token& stop;

  Result<void> operator()(const plan::OpenTunnel& a) const {
    return hands.tunnels.open(a.tunnel.local_port, a.tunnel.name);
  }
  Result<void> operator()(const plan::CloseTunnel& a) const {
    hands.tunnels.close(a.local_port);
    return {};
  }
  Result<void> operator()(const plan::PointTunnel& a) const {
    return hands.tunnels.point(a.tunnel.local_port, a.remote);
  }
  Result<void> operator()(const plan::MakeLocalKey&) const { return make_local_key(paths, stop); }
  Result<void> operator()(const plan::MakeHostKeys&) const {
    return make_host_keys(hands.files, paths, target.name, stop);
  }
  Result<void> operator()(const plan::PinHostKeys& a) const {
    HELPER_TRY_ASSIGN(const auto before, hands.files.read(paths.known_hosts()));
    HELPER_TRY_ASSIGN(const auto after,
                      ide::with_host_keys(before.value_or(""), target.name, target.ssh.local_port, a.host_keys));
    return hands.files.write(paths.known_hosts(), after, 0600);
  }
};

struct ApplyOnServer {
  CommandRunner& server;
  FileStore& files;
  const Paths& paths;
  const plan::Desired& desired;
  const engine::EngineCli& cli;
  const std::optional<plan::Place>& place;
  const OutputSink& on_progress;
  const std::stop_token& stop;
  const std::function<Result<void>()>& still_approved;

  Result<void> operator()(const plan::PullImage& a) const {
    return engine::pull_image(server, cli, a, on_progress, stop);
  }
  Result<void> operator()(const plan::BuildImage& a) const {
    const auto& build = *desired.target.container.build;
    // Before the folder is read, and before it is sent: the names may lead elsewhere since the config was approved.
    if (still_approved) HELPER_TRY(still_approved());
    HELPER_TRY_ASSIGN(const auto context, pack_context(build, stop));
    if (still_approved) HELPER_TRY(still_approved());
    return engine::build_image(server, cli, a, build, context.path(), on_progress, stop);
  }
  Result<void> operator()(const plan::CreateContainer& a) const {
    return engine::create_container(server, cli, desired, a, stop);
  }
  Result<void> operator()(const plan::StartContainer& a) const {
    return engine::start_container(server, cli, a.name, stop);
  }
  Result<void> operator()(const plan::UnpauseContainer& a) const {
    return engine::unpause_container(server, cli, a.name, stop);
  }
  Result<void> operator()(const plan::StopContainer& a) const {
    return engine::stop_container(server, cli, a.name, stop);
  }
  Result<void> operator()(const plan::RemoveContainer& a) const {
    return engine::remove_container(server, cli, a.name, stop);
  }
  Result<void> operator()(const plan::UpdateRestart& a) const { return engine::update_restart(server, cli, a, stop); }
  Result<void> operator()(const plan::SnapshotContainer& a) const {
    return engine::snapshot_container(server, cli, a, stop);
  }
  Result<void> operator()(const plan::SetAside& a) const {
    return engine::rename_container(server, cli, a.name, a.aside, stop);
  }
  Result<void> operator()(const plan::BringBack& a) const {
    return engine::rename_container(server, cli, a.aside, a.name, stop);
  }
  Result<void> operator()(const plan::FillBundleVolume& a) const {
    return engine::fill_bundle_volume(server, cli, a, on_progress, stop);
  }
  Result<void> operator()(const plan::SendBundle& a) const {
    return engine::send_bundle(server, cli, a, on_progress, stop);
  }
  Result<void> operator()(const plan::StartKeeper& a) const { return engine::start_keeper(server, cli, a, stop); }
  Result<void> operator()(const plan::RecordServices& a) const {
    if (!place) return fail(ErrorCode::internal, desired.target.name, "its container does not run", "helper ensure");
    const std::string& name = desired.target.name;
    HELPER_TRY_ASSIGN(const auto secrets, read_host_keys(files, paths, name));
    HELPER_TRY_ASSIGN(const auto open, find_host_keys(files, paths, name));
    std::string token;
    if (a.jupyter) {
      HELPER_TRY_ASSIGN(token, jupyter_token(files, paths, name));
    }
    return engine::record_services(server, cli, a, keeper_record(a, *place, secrets, open, token), stop);
  }
  Result<void> operator()(const plan::ForgetServices& a) const { return engine::forget_services(server, cli, a, stop); }
  Result<void> operator()(const plan::AwaitKeeper& a) const { return engine::await_keeper(server, cli, a, stop); }
};

struct ApplyInPlace {
  const Hands& hands;
  const Paths& paths;
  const config::Target& target;
  const plan::Place& place;
  const OutputSink& on_progress;
  const std::stop_token& stop;

  Result<void> operator()(const plan::MakeUser& a) const { return inside::make_user(hands.server, place, a, stop); }
  Result<void> operator()(const plan::MatchUser& a) const { return inside::match_user(hands.server, place, a, stop); }
  Result<void> operator()(const plan::RunHooks& a) const {
    return inside::run_hooks(hands.server, place, target.ssh.env, a, on_progress, stop);
  }
  Result<void> operator()(const plan::StartSshd& a) const {
    HELPER_TRY_ASSIGN(const auto secrets, read_host_keys(hands.files, paths, target.name));
    HELPER_TRY_ASSIGN(const auto open, find_host_keys(hands.files, paths, target.name));
    return inside::start_sshd(hands.server, place, a.setup, secrets, plan::fingerprint(a.setup, open), stop);
  }
  Result<void> operator()(const plan::StartJupyter& a) const {
    HELPER_TRY_ASSIGN(const auto token, jupyter_token(hands.files, paths, target.name));
    return inside::start_jupyter(hands.server, place, a.setup, token, stop);
  }
  Result<void> operator()(const plan::StopJupyter& a) const {
    return inside::stop_jupyter(hands.server, place, a, stop);
  }
  Result<void> operator()(const plan::Eject& a) const { return inside::eject(hands.server, place, a, stop); }
};

struct Apply {
  const Hands& hands;
  const Paths& paths;
  const plan::Desired& desired;
  const engine::EngineCli& cli;
  const std::optional<plan::Place>& place;
  const OutputSink& on_progress;
  const std::stop_token& stop;
  const std::function<Result<void>()>& still_approved;

  Result<void> operator()(const plan::LocalAction& action) const {
    return std::visit(ApplyHere{hands, paths, desired.target, stop}, action);
  }
  Result<void> operator()(const plan::ServerAction& action) const {
    return std::visit(
        ApplyOnServer{hands.server, hands.files, paths, desired, cli, place, on_progress, stop, still_approved},
        action);
  }
  // Planned only when there is a place.
  Result<void> operator()(const plan::PlaceAction& action) const {
    if (!place) return fail(ErrorCode::internal, desired.target.name, "its container does not run", "helper ensure");
    return std::visit(ApplyInPlace{hands, paths, desired.target, *place, on_progress, stop}, action);
  }
};

}  // namespace

Result<void> apply(const Hands& hands, const Paths& paths, const plan::Desired& desired, const engine::EngineCli& cli,
                   const std::optional<plan::Place>& place, const plan::Action& action, const OutputSink& on_progress,
                   const std::stop_token& stop, const std::function<Result<void>()>& still_approved) {
  return std::visit(Apply{hands, paths, desired, cli, place, on_progress, stop, still_approved}, action);
}

}  // namespace helper::ensure
