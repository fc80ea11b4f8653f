// SimulatedWorld is the world in which a plan's steps come true, as engines, containers and ports behave, with the
// faults that real ones have. It says nothing about what should be done: it only tells what a step does.
#pragma once

#include "base/result.hpp"
#include "plan/desired.hpp"
#include "plan/observed.hpp"
#include "plan/our_names.hpp"
#include "plan/sshd_setup.hpp"
#include "plan/step.hpp"
#include "support/places.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace helper::test {

// How often a request looks at the world at most; ensure must allow at least as many.
inline constexpr int k_rounds_needed = 14;

// What goes wrong in this world.
struct Faults {
  std::map<plan::GpuWay, std::string> failing_ways;  // the engine's text when a container of that way is started
  bool image_missing_everywhere = false;             // pulling fails
  bool cannot_be_created = false;
  bool ends_at_once = false;       // the container's command ends right after the start
  bool restarts_for_ever = false;  // ... and the engine starts it again and again
  bool has_sshd = true;            // the image has
  bool sshd_refuses_to_start = false;
  bool user_exists = true;
  bool has_bundle = true;        // we bring an sshd for this machine
  bool has_shell = true;         // the image has
  bool can_switch_users = true;  // root in the container has the capabilities
  bool has_python = true;
  bool has_gpu_driver = true;  // else no way to give a container GPUs works
  bool has_jupyter = false;
  bool jupyter_ends_at_once = false;
  bool install_fails = false;
  bool has_network = true;  // else neither ports nor an address
  bool silent_tunnel = false;
  bool keeper_fails = false;  // whatever it is asked for
  bool keeper_starts_nothing = false;
  bool nvidia_is_the_default_runtime = false;
  std::set<std::uint16_t> busy_ports;
};

class SimulatedWorld {
 public:
  SimulatedWorld(const plan::Desired& desired, plan::Observed start, Faults faults)
      : desired_(desired), world_(std::move(start)), faults_(std::move(faults)) {
    settle();
  }

  // What a look shows now; the attempts are the request's, not the world's.
  [[nodiscard]] plan::Observed observe(const plan::Attempts& attempts) const {
    plan::Observed seen = world_;
    seen.attempts = attempts;
    if (!faults_.has_gpu_driver) seen.server.gpu = plan::GpuFacts{};
    if (faults_.has_bundle)
      seen.local.bundle = plan::SshBundle{"x86_64", k_digest, "/usr/share/helper/ssh/x86_64.tar.gz"};
    if (seen.server.error || seen.server.engine_error) {
      seen.server.engine = std::nullopt;
      seen.server.container = std::nullopt;
      seen.server.aside = std::nullopt;
      seen.server.image = std::nullopt;
      seen.place.inside = std::nullopt;
      return seen;
    }
    const bool running = seen.server.container && seen.server.container->state == plan::ContainerState::running;
    if (running) {
      if (seen.server.engine) seen.server.engine->version.clear();
      if (seen.server.engine) seen.server.engine->runtimes.clear();
    } else {
      seen.place.inside = std::nullopt;
    }
    add_place(seen, desired_);
    for (auto& tunnel : seen.local.tunnels) {
      if (tunnel.local_port == desired_.target.ssh.local_port && tunnel.remote && seen.place.inside &&
          !seen.place.inside->sshd_fingerprint.empty()) {
        tunnel.answers = !faults_.silent_tunnel;
      }
    }
    return seen;
  }

  // Does the step; its error when the world refuses.
  [[nodiscard]] Result<void> apply(const plan::Step& step) {
    auto done = plan::visit_action([this](const auto& action) { return act(action); }, step.action);
    settle();
    return done;
  }

  [[nodiscard]] const std::vector<plan::Container>& removed() const { return removed_; }
  [[nodiscard]] const std::vector<std::string>& snapshots() const { return snapshots_; }

 private:
  [[nodiscard]] plan::Container& container() { return *world_.server.container; }
  [[nodiscard]] std::string aside_name() const { return desired_.target.container.name + plan::k_aside_suffix; }

  plan::Tunnel* tunnel(std::uint16_t port) {
    const auto found = std::ranges::find(world_.local.tunnels, port, &plan::Tunnel::local_port);
    return found == world_.local.tunnels.end() ? nullptr : &*found;
  }

  // What a container's state means for the rest.
  void settle() {
    if (!world_.server.container || world_.server.container->state != plan::ContainerState::running) {
      world_.place.inside = std::nullopt;
      return;
    }
    if (!world_.place.inside) world_.place.inside = fresh_inside();
  }

  [[nodiscard]] static plan::Inside no_shell() {
    plan::Inside inside;
    inside.has_shell = false;
    return inside;
  }

  [[nodiscard]] plan::Inside fresh_inside() const {
    const bool filled = !world_.server.container->bundle_volume.empty() && volume_is_filled_;
    if (!faults_.has_shell && !filled) return no_shell();
    plan::Inside inside = fresh_inside_with_bundle();
    if (!filled) inside.bundle.clear();
    return inside;
  }

  Result<void> act(const plan::OpenTunnel& a) {
    const auto port = a.tunnel.local_port;
    if (faults_.busy_ports.contains(port)) return fail(ErrorCode::port_busy, std::to_string(port), "held by another");
    if (tunnel(port) == nullptr) world_.local.tunnels.push_back({port, std::nullopt, "", std::nullopt});
    return {};
  }
  Result<void> act(const plan::CloseTunnel& a) {
    std::erase_if(world_.local.tunnels, [&](const plan::Tunnel& t) { return t.local_port == a.local_port; });
    return {};
  }
  Result<void> act(const plan::PointTunnel& a) {
    plan::Tunnel* const open = tunnel(a.tunnel.local_port);
    if (open == nullptr) return fail(ErrorCode::tunnel_failed, a.tunnel.name, "is not open");
    open->remote = a.remote;
    return {};
  }
  Result<void> act(const plan::MakeLocalKey&) {
    world_.local.key = plan::LocalKey{"/home/me/.local/share/helper/id_ed25519", "ssh-ed25519 AAAAperson helper"};
    return {};
  }
  Result<void> act(const plan::PullImage& a) {
    if (faults_.image_missing_everywhere) return fail(ErrorCode::image_missing, a.image, "pull access denied");
    world_.server.image = plan::Image{"sha256:pulled", {}, {"bash"}};
    return {};
  }
  Result<void> act(const plan::CreateContainer& a) {
    if (container().state != plan::ContainerState::absent)
      return fail(ErrorCode::internal, a.name, "the name is already in use");
    if (faults_.cannot_be_created) return fail(ErrorCode::container_failed, a.name, "invalid mount config");
    plan::Container made;
    made.state = plan::ContainerState::created;
    made.id = "c" + std::to_string(++created_);
    made.image = a.image;
    made.runtime = a.gpu_runtime.empty() ? (faults_.nvidia_is_the_default_runtime ? "nvidia" : "runc") : a.gpu_runtime;
    // As it is read back from the engine, which does not tell a runtime that was asked for from its default.
    made.gpu_way = a.gpu_way == plan::GpuWay::gpus_flag || a.gpu_way == plan::GpuWay::cdi ? a.gpu_way
                   : made.runtime == "nvidia"                                             ? plan::GpuWay::runtime
                                                                                          : plan::GpuWay::none;
    made.labels = {{plan::k_label_target, desired_.target.name}, {plan::k_label_spec, desired_.spec_hash}};
    made.applied = desired_.fields;
    for (const auto& [name, value] : desired_.target.container.env) made.env.push_back(name + "=" + value);
    made.image_id = world_.server.image ? world_.server.image->id : std::string();
    if (world_.server.image && !world_.server.image->build_fingerprint.empty())
      made.labels[plan::k_label_build] = world_.server.image->build_fingerprint;
    made.settings = plan::EngineSettings{.restart = desired_.target.container.restart};
    made.bundle_volume = a.bundle_volume;
    if (world_.server.keeper) world_.server.keeper->recorded = "";  // as ensure remembers it
    world_.server.container = made;
    plan::Record record = a.record;
    record.container = made.id;
    record.host_keys = world_.local.host_keys;
    world_.server.records.push_back(std::move(record));
    return {};
  }
  Result<void> act(const plan::WriteRecord& a) {
    world_.server.records.push_back(a.record);
    world_.server.records.back().host_keys = world_.local.host_keys;
    return {};
  }
  Result<void> act(const plan::RemoveRecord& a) {
    remove_record(a.volume);
    return {};
  }
  Result<void> act(const plan::FetchHostKeys& a) {
    const auto& records = world_.server.records;
    if (std::ranges::find(records, a.volume, [](const auto& each) { return plan::record_volume(each.container); }) ==
        records.end())
      return fail(ErrorCode::internal, "simulation", "there is no such record");
    world_.local.host_keys = a.host_keys;
    return {};
  }
  Result<void> act(const plan::StartContainer&) {
    using plan::ContainerState;
    auto& it = container();
    if (it.state != ContainerState::created && it.state != ContainerState::exited)
      return fail(ErrorCode::internal, "simulation", "started while " + to_text(it.state));
    if (const auto failing = faults_.failing_ways.find(it.gpu_way); failing != faults_.failing_ways.end()) {
      it.error = failing->second;
      return fail(ErrorCode::container_failed, "container", failing->second);
    }
    it.ever_started = true;
    it.started_at = "2026-01-01T00:00:0" + std::to_string(++starts_ % 10) + "Z";
    it.state = !faults_.ends_at_once       ? ContainerState::running
               : faults_.restarts_for_ever ? ContainerState::restarting
                                           : ContainerState::exited;
    it.exit_code = faults_.ends_at_once ? 1 : 0;
    it.ways.published.clear();
    it.ways.address.clear();
    if (it.state == ContainerState::running && faults_.has_network) {
      for (const auto& wanted : desired_.tunnels)
        it.ways.published[wanted.container_port] = {"127.0.0.1",
                                                    static_cast<std::uint16_t>(40000 + ++last_port_ % 20000)};
    }
    world_.place.inside = std::nullopt;  // what ran in it ended with it
    return {};
  }
  Result<void> act(const plan::UnpauseContainer&) {
    if (container().state != plan::ContainerState::paused) return fail(ErrorCode::internal, "simulation", "not paused");
    container().state = plan::ContainerState::running;
    return {};
  }
  Result<void> act(const plan::StopContainer&) {
    container().state = plan::ContainerState::exited;
    return {};
  }
  Result<void> act(const plan::RemoveContainer& a) {
    const bool aside = world_.server.aside && a.name == aside_name();
    plan::Container& it = aside ? *world_.server.aside : container();
    if (it.state == plan::ContainerState::absent || it.state == plan::ContainerState::running)
      return fail(ErrorCode::internal, "simulation", "removed while " + to_text(it.state));
    removed_.push_back(it);
    remove_record(a.record);
    if (aside) {
      world_.server.aside = std::nullopt;
    } else {
      it = {};
    }
    return {};
  }
  Result<void> act(const plan::BuildImage& a) {
    if (faults_.image_missing_everywhere) return fail(ErrorCode::image_missing, a.image, "the build failed");
    world_.server.image = plan::Image{"sha256:built" + std::to_string(++built_), {}, {"bash"}, a.fingerprint};
    return {};
  }
  Result<void> act(const plan::UpdateRestart& a) {
    if (!container().settings) container().settings.emplace();
    container().settings->restart = a.policy;
    return {};
  }
  Result<void> act(const plan::SnapshotContainer& a) {
    snapshots_.push_back(a.image);
    return {};
  }
  Result<void> act(const plan::SetAside&) {
    if (world_.server.aside) return fail(ErrorCode::internal, "simulation", "the name is already in use");
    if (container().state == plan::ContainerState::running)
      return fail(ErrorCode::internal, "simulation", "set aside while it runs: its ports stay taken");
    world_.server.aside = std::exchange(container(), {});
    return {};
  }
  Result<void> act(const plan::BringBack&) {
    if (!world_.server.aside || container().state != plan::ContainerState::absent)
      return fail(ErrorCode::internal, "simulation", "brought back where it cannot be");
    container() = *std::exchange(world_.server.aside, std::nullopt);
    return {};
  }
  Result<void> act(const plan::MakeHostKeys&) {
    world_.local.host_keys = {"ssh-ed25519 AAAAhost"};
    return {};
  }
  Result<void> act(const plan::FillBundleVolume& a) {
    volume_is_filled_ = true;
    if (a.volume == container().bundle_volume) bundle_arrives();
    return {};
  }
  Result<void> act(const plan::SendBundle&) {
    bundle_arrives();
    return {};
  }
  Result<void> act(const plan::StartKeeper& a) {
    if (faults_.keeper_fails) return fail(ErrorCode::container_failed, a.keeper, "pids limit reached");
    world_.server.keeper->state = plan::ContainerState::running;
    world_.server.keeper->version = a.image.version;
    return {};
  }
  Result<void> act(const plan::RecordServices& a) {
    if (faults_.keeper_fails) return fail(ErrorCode::container_failed, a.keeper, "no space left on device");
    if (a.id != container().id) return fail(ErrorCode::internal, "simulation", "recorded for another container");
    record_ = a;
    world_.server.keeper->recorded = a.fingerprint;
    return {};
  }
  Result<void> act(const plan::ForgetServices& a) {
    if (faults_.keeper_fails) return fail(ErrorCode::container_failed, a.keeper, "no space left on device");
    record_ = std::nullopt;
    world_.server.keeper->recorded = "";
    return {};
  }
  Result<void> act(const plan::AwaitKeeper& a) {
    if (!record_ || record_->id != a.id || record_->run == a.run || faults_.keeper_starts_nothing) return {};
    if (world_.place.inside->sshd_fingerprint.empty()) {
      if (auto done = act(plan::StartSshd{record_->sshd}); !done) return {};  // the keeper tries again, and we look
    }
    return {};
  }
  Result<void> act(const plan::StartSshd& a) {
    if (faults_.sshd_refuses_to_start) return fail(ErrorCode::inside_failed, "sshd", "Bad configuration option");
    if (world_.place.inside->bundle.empty() && world_.place.inside->image_sshd.empty())
      return fail(ErrorCode::internal, "simulation", "no sshd is there");
    world_.place.inside->sshd_listening = a.setup.listens;
    world_.place.inside->sshd_fingerprint = plan::fingerprint(a.setup, world_.local.host_keys);
    world_.place.inside->sshd_env = plan::env_mark(a.setup);
    add_key(a.setup);
    world_.place.inside->traces = true;
    return {};
  }
  Result<void> act(const plan::AuthorizeKey& a) {
    if (world_.place.inside->sshd_fingerprint.empty()) return fail(ErrorCode::internal, "simulation", "no sshd runs");
    add_key(a.setup);
    return {};
  }
  Result<void> act(const plan::Eject&) {
    world_.place.inside->sshd_listening = world_.place.inside->traces = false;
    world_.place.inside->sshd_fingerprint.clear();
    world_.place.inside->sshd_env.clear();
    world_.place.inside->authorized_keys.clear();
    return {};
  }
  Result<void> act(const plan::StartJupyter& a) {
    if (faults_.jupyter_ends_at_once) return fail(ErrorCode::inside_failed, "Jupyter", "it ended at once");
    auto& jupyter = world_.place.inside->jupyter;
    if (jupyter.ours_runs || jupyter.listening) return fail(ErrorCode::internal, "simulation", "one runs already");
    jupyter.ours_runs = jupyter.listening = true;
    jupyter.setup = to_line(a.setup);
    jupyter.token = std::string(64, 'a');
    return {};
  }
  Result<void> act(const plan::InstallJupyter& a) {
    if (faults_.install_fails) return fail(ErrorCode::inside_failed, "JupyterLab", "No module named pip");
    world_.place.inside->jupyter.packages.push_back({a.python, plan::JupyterKind::lab, "4.2.0"});
    return {};
  }
  Result<void> act(const plan::StopJupyter&) {
    auto& jupyter = world_.place.inside->jupyter;
    if (!jupyter.ours_runs || jupyter.sessions > 0) return fail(ErrorCode::internal, "simulation", "ends kernels");
    jupyter.ours_runs = jupyter.listening = false;
    jupyter.ours_ended = true;
    return {};
  }
  Result<void> act(const plan::MakeUser& a) {
    world_.place.inside->user_home = "/home/" + a.user;
    world_.place.inside->user_uid = a.uid;
    world_.place.inside->user_gid = a.gid;
    return {};
  }
  Result<void> act(const plan::MatchUser& a) {
    world_.place.inside->user_uid = a.uid;
    world_.place.inside->user_gid = a.gid;
    return {};
  }
  Result<void> act(const plan::RunHooks& a) {
    (a.moment == plan::RunHooks::Moment::create ? world_.place.inside->post_create_done
                                                : world_.place.inside->post_start_done) = true;
    return {};
  }
  Result<void> act(const plan::PinHostKeys& a) {
    world_.local.pinned_host_keys = a.host_keys;
    return {};
  }

  void remove_record(const std::string& volume) {
    std::erase_if(world_.server.records,
                  [&](const plan::Record& each) { return plan::record_volume(each.container) == volume; });
  }

  void add_key(const plan::SshdSetup& setup) {
    auto& keys = world_.place.inside->authorized_keys;
    if (std::ranges::find(keys, setup.authorized_key) == keys.end()) keys.push_back(setup.authorized_key);
  }

  void bundle_arrives() {
    const bool was_looked_into = world_.place.inside->has_shell;
    world_.place.inside->bundle = k_digest;
    if (!was_looked_into) world_.place.inside = fresh_inside_with_bundle();
  }

  [[nodiscard]] plan::Inside fresh_inside_with_bundle() const {
    plan::Inside inside;
    inside.bundle = k_digest;
    if (faults_.user_exists) inside.user_home = "/root";
    if (faults_.has_sshd && faults_.has_shell) inside.image_sshd = "/usr/sbin/sshd";
    inside.can_switch_users = faults_.can_switch_users;
    if (faults_.has_python) inside.pythons = {{"/usr/bin/python3", "3.11.2", "/usr", "login:python3"}};
    if (faults_.has_gpu_driver && world_.server.container->gpu_way != plan::GpuWay::none) {
      inside.gpu.smi_found = true;
      inside.gpu.gpus = {"GPU 0: NVIDIA H100 (UUID: GPU-0)"};
    }
    if (faults_.has_jupyter) inside.jupyter.packages = {{"/usr/bin/python3", plan::JupyterKind::notebook, "6.4.12"}};
    return inside;
  }

  static constexpr const char* k_digest = "0123456789abcdef";

  const plan::Desired& desired_;
  plan::Observed world_;
  Faults faults_;
  bool volume_is_filled_ = false;
  std::vector<plan::Container> removed_;
  std::vector<std::string> snapshots_;
  int built_ = 0;
  int created_ = 0;
  std::optional<plan::RecordServices> record_;  // what the keeper has
  int starts_ = 0;
  int last_port_ = 0;
};

}  // namespace helper::test
