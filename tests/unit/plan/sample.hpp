// What the plan tests start from: a config with most keys set, and the world as it is when everything is as it should.
#pragma once

#include "plan/make_plan.hpp"
#include "plan/our_names.hpp"
#include "plan/sshd_setup.hpp"
#include "support/places.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace helper::plan::test {

inline constexpr const char* k_public_line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKeyOfThePerson me@laptop";
inline constexpr const char* k_digest = "0123456789abcdef";
inline constexpr const char* k_host_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHostKeyOfTheContainer";

inline config::Target target() {
  config::Target target;
  target.name = target.ssh_name = "centernet";
  target.server = "gpu1";
  target.container.name = "centernet";
  target.container.image = "centernet:1.2";
  target.jupyter = config::JupyterConfig{};
  target.project = {"/home/me/project", "/workspace/project"};
  return target;
}

inline Desired desired(Power power = Power::running) { return desired_state(target(), power); }

inline Engine engine() { return {"20.10.24", {"io.containerd.runc.v2", "nvidia", "runc"}}; }
inline Engine engine_without_nvidia() { return {"20.10.24", {"runc"}}; }
inline Image image() { return {"sha256:cda6", {}, {"bash"}}; }

inline Python conda_python() {
  return {"/opt/conda/envs/CenterNet/bin/python", "3.11.2", "/opt/conda/envs/CenterNet", "login:python"};
}

inline Inside inside() {
  Inside inside;
  inside.user_home = "/root";
  inside.bundle = k_digest;
  inside.sshd_listening = true;
  inside.traces = true;
  inside.pythons = {conda_python()};
  inside.gpu.gpus = {"GPU 0: NVIDIA H100 (UUID: GPU-0)"};
  inside.gpu.smi_found = true;
  inside.jupyter.listening = true;
  inside.jupyter.ours_runs = true;
  inside.jupyter.packages = {{conda_python().path, JupyterKind::lab, "4.0.11"}};
  inside.jupyter.setup = "lab by " + conda_python().path + " for root in /workspace/project on 0.0.0.0:8888";
  inside.jupyter.token = std::string(64, 'a');
  return inside;
}

inline SshBundle bundle() { return {"x86_64", k_digest, "/usr/share/helper/ssh/x86_64-0123456789abcdef.tar.gz"}; }

// Ours, made from the config as it is.
inline Container container(ContainerState state = ContainerState::running) {
  Container container;
  container.state = state;
  container.id = "f1b77c1f";
  container.image = "centernet:1.2";
  container.ever_started = state != ContainerState::created;
  container.gpu_way = GpuWay::gpus_flag;
  container.runtime = "runc";
  container.labels = {{k_label_target, "centernet"}, {k_label_spec, desired().spec_hash}};
  if (state == ContainerState::running || state == ContainerState::paused) {
    container.started_at = "2026-01-01T00:00:00Z";
    container.ways.published = {{k_container_ssh_port, {"127.0.0.1", 49153}}, {8888, {"127.0.0.1", 49154}}};
    container.ways.address = "172.17.0.2";
  }
  container.env = {"PATH=/usr/bin:/bin", "GREETING=a \"b\" $c"};
  container.bundle_volume = bundle_volume(bundle());
  return container;
}

inline KeeperImage keeper_image() { return {"x86_64", "0.1.0", "/usr/share/helper/keeper/keeper-x86_64.tar"}; }

// Ours, of this version; what it has recorded is not known.
inline Keeper keeper(ContainerState state = ContainerState::running) {
  Keeper keeper;
  keeper.name = "helper-keeper-anna";
  keeper.state = state;
  if (state != ContainerState::absent) keeper.id = "5eed";
  if (state != ContainerState::absent) keeper.version = keeper_image().version;
  keeper.has_socket = true;
  return keeper;
}

inline Person me() { return {"0123456789abcdef0123456789abcdef", "alice", "laptop"}; }
inline Person somebody_else() { return {"fedcba9876543210fedcba9876543210", "bob", "desk"}; }
// Of container(), which is mine.
inline Record record() { return {"f1b77c1f", "", me(), "/home/me/project", {k_host_key}}; }

// What our sshd would be started with now.
inline std::string fingerprint_of(const Observed& observed, const Desired& wanted = desired()) {
  return fingerprint(sshd_setup(wanted, observed).value_or(SshdSetup{}), observed.local.host_keys);
}

// What the tunnel to that sshd forwards to.
inline std::optional<Remote> door_of(Observed observed, const Desired& wanted = desired()) {
  helper::test::add_place(observed, wanted);
  const auto door = observed.place.doors.find(k_container_ssh_port);
  return door == observed.place.doors.end() ? std::nullopt : std::optional(door->second);
}

// The plan for a world in which the place and the ways to its ports are those of the container.
inline Plan plan_for(const Desired& wanted, Observed observed) {
  helper::test::add_place(observed, wanted);
  return make_plan(wanted, observed);
}

// Nothing is left to do.
inline Observed ready() {
  Observed observed;
  observed.server.container = container();
  observed.place.inside = inside();
  observed.local.tunnels = {{2222, std::nullopt, "", true}, {8888, Endpoint{"127.0.0.1", 49154}, "", std::nullopt}};
  observed.local.key = LocalKey{"/home/me/.ssh/id_ed25519", k_public_line};
  observed.server.machine = "x86_64";
  observed.local.bundle = bundle();
  observed.local.host_keys = observed.local.pinned_host_keys = {k_host_key};
  observed.local.me = me();
  observed.server.records = {record()};
  observed.place.inside->sshd_fingerprint = fingerprint_of(observed);
  observed.place.inside->sshd_env = env_mark(sshd_setup(desired(), observed).value_or(SshdSetup{}));
  observed.place.inside->authorized_keys = {k_public_line};
  helper::test::add_place(observed, desired());
  observed.local.tunnels[0].remote = door_of(observed);
  return observed;
}

// This machine's part is as it should be, and the container is in a state in which nothing inside it can be seen.
inline Observed with_container(Container its_container) {
  Observed observed = ready();
  observed.place.inside = std::nullopt;
  observed.server.container = std::move(its_container);
  observed.server.engine = engine();
  observed.server.image = image();
  return observed;
}

// As it is before the very first ensure.
inline Observed nothing_yet() {
  Observed observed;
  observed.server.container = Container{};
  observed.server.engine = engine();
  observed.server.image = image();
  observed.server.machine = "x86_64";
  observed.local.bundle = bundle();
  return observed;
}

// What the step does, which the test knows to be such an action.
template <class A>
const A& action_of(const Step& step) {
  const A* const action = get_if<A>(step.action);
  return action != nullptr ? *action : throw std::runtime_error("another action: " + to_text(step));
}

inline std::string plan_text(const Observed& observed, Power power = Power::running) {
  return to_text(plan_for(desired(power), observed));
}

}  // namespace helper::plan::test
