#include "ensure/apply.hpp"

#include "base/digest.hpp"
#include "engine/act.hpp"
#include "engine/keeper.hpp"
#include "engine/record.hpp"
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

constexpr std::size_t k_nonce_digits = 32;

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
  Result<void> operator()(const plan::MakeHostKeys&) const { return make_host_keys(hands.files, paths, target, stop); }
  Result<void> operator()(const plan::PinHostKeys& a) const {
    HELPER_TRY_ASSIGN(const auto before, hands.files.read(paths.known_hosts()));
    HELPER_TRY_ASSIGN(const auto after,
                      ide::with_host_keys(before.value_or(""), target.ssh_name, target.ssh.local_port, a.host_keys));
    return hands.files.write(paths.known_hosts(), after, 0600);
  }
};

struct ApplyOnServer {
  const Hands& hands;
  const Paths& paths;
  const plan::Desired& desired;
  const engine::EngineCli& cli;
  const std::optional<plan::Place>& place;
  const OutputSink& on_progress;
  const std::stop_token& stop;
  const std::function<Result<void>()>& still_approved;
  Beside& beside;
  CommandRunner& server = hands.server;

  [[nodiscard]] std::filesystem::path half_recorded() const {
    return paths.half_recorded(desired.target.server, desired.target.container.name);
  }

  Result<void> operator()(const plan::PullImage& a) const {
    return engine::pull_image(server, cli, a, on_progress, stop);
  }
  Result<void> operator()(const plan::BuildImage& a) const {
    const auto& build = *desired.target.container.build;
    // Before the folder is read, and before it is sent: the names may point elsewhere since the config was approved.
    if (still_approved) HELPER_TRY(still_approved());
    HELPER_TRY_ASSIGN(const auto context, pack_context(build, stop));
    if (still_approved) HELPER_TRY(still_approved());
    return engine::build_image(server, cli, a, build, {context.path(), dockerfile_text(build)}, on_progress, stop);
  }
  Result<void> operator()(const plan::CreateContainer& a) const {
    HELPER_TRY_ASSIGN(const auto keys, must_find_host_keys(hands.files, paths, desired.target));
    plan::CreateContainer made = a;
    made.record.nonce = random_token().substr(0, k_nonce_digits);
    made.record.host_keys = keys.open;
    const auto& wanted = desired.target;
    HELPER_TRY(hands.files.write(paths.created_nonce(wanted.server, wanted.container.name), made.record.nonce, 0600));
    HELPER_TRY(hands.files.write(half_recorded(), made.record.nonce, 0600));
    auto id = engine::create_container(server, cli, desired, made, stop);
    if (!id) {
      // Without its record nobody would know whose it is. A request may be cancelled after the engine has created it.
      const Error& error = id.error();
      if (error.code == ErrorCode::cancelled || error.thing == engine::failing_record(cli).thing)
        static_cast<void>(engine::remove_unrecorded(server, cli, a.name, made.record.nonce));
      return fail(std::move(id).error());
    }
    beside.add([its_cli = cli, id = *id, image = a.image, text = to_text(keys.secret)](
                   CommandRunner& runner, const std::stop_token& its_stop) {
      return engine::record_host_keys(runner, its_cli, id, image, text, its_stop);
    });
    return {};
  }
  Result<void> operator()(const plan::WriteRecord& a) const {
    HELPER_TRY_ASSIGN(const auto keys, must_find_host_keys(hands.files, paths, desired.target));
    plan::Record record = a.record;
    record.host_keys = keys.open;
    HELPER_TRY(engine::write_record(server, cli, a.name, record, to_text(keys.secret), stop));
    return hands.files.remove(half_recorded());
  }
  Result<void> operator()(const plan::RemoveRecord& a) const {
    return engine::remove_record(server, cli, a.volume, stop);
  }
  Result<void> operator()(const plan::FetchHostKeys& a) const {
    HELPER_TRY_ASSIGN(const auto text, engine::fetch_host_keys(server, cli, a, stop));
    return keep_host_keys(hands.files, paths, desired.target, text, a.host_keys);
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
    HELPER_TRY(engine::remove_container(server, cli, a.name, stop));
    if (!a.record.empty()) HELPER_TRY(engine::remove_record(server, cli, a.record, stop));
    return {};
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
  Result<void> operator()(const plan::StartKeeper& a) const {
    beside.add([its_cli = cli, a](CommandRunner& runner, const std::stop_token& its_stop) {
      return engine::start_keeper(runner, its_cli, a, its_stop);
    });
    return {};
  }
  Result<void> operator()(const plan::RecordServices& a) const {
    if (!place) return fail(ErrorCode::internal, desired.target.name, "its container does not run", "helper ensure");
    HELPER_TRY_ASSIGN(const auto keys, must_find_host_keys(hands.files, paths, desired.target));
    std::string token;
    if (a.jupyter) {
      HELPER_TRY_ASSIGN(token, jupyter_token(hands.files, paths, desired.target.ssh_name));
    }
    beside.add([its_cli = cli, a, record = keeper_record(a, *place, keys.secret, keys.open, token)](
                   CommandRunner& runner, const std::stop_token& its_stop) {
      return engine::record_services(runner, its_cli, a, record, its_stop);
    });
    return {};
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
    HELPER_TRY_ASSIGN(const auto keys, must_find_host_keys(hands.files, paths, target));
    return inside::start_sshd(hands.server, place, a.setup, keys.secret, plan::fingerprint(a.setup, keys.open), stop);
  }
  Result<void> operator()(const plan::AuthorizeKey& a) const {
    return inside::authorize_key(hands.server, place, a, stop);
  }
  Result<void> operator()(const plan::StartJupyter& a) const {
    HELPER_TRY_ASSIGN(const auto token, jupyter_token(hands.files, paths, target.ssh_name));
    return inside::start_jupyter(hands.server, place, a.setup, token, stop);
  }
  Result<void> operator()(const plan::StopJupyter& a) const {
    return inside::stop_jupyter(hands.server, place, a, stop);
  }
  Result<void> operator()(const plan::InstallJupyter& a) const {
    return inside::install_jupyter(hands.server, place, target, a, on_progress, stop);
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
  Beside& beside;

  Result<void> operator()(const plan::LocalAction& action) const {
    return std::visit(ApplyHere{hands, paths, desired.target, stop}, action);
  }
  Result<void> operator()(const plan::ServerAction& action) const {
    return std::visit(ApplyOnServer{hands, paths, desired, cli, place, on_progress, stop, still_approved, beside},
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
                   const std::optional<plan::Place>& place, const plan::Action& action, Beside& beside,
                   const OutputSink& on_progress, const std::stop_token& stop,
                   const std::function<Result<void>()>& still_approved) {
  return std::visit(Apply{hands, paths, desired, cli, place, on_progress, stop, still_approved, beside}, action);
}

}  // namespace helper::ensure
