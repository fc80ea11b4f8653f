#include "plan/make_plan.hpp"

#include "plan/choose_gpu.hpp"
#include "plan/choose_python.hpp"
#include "plan/labels.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace helper::plan {
namespace {

// Builds one plan; each method adds what one part of the world needs, and says whether the next part can be looked at.
class Planner {
 public:
  Planner(const Desired& desired, const Observed& observed)
      : desired_(desired), observed_(observed), config_(desired.target.container), target_(desired.target) {}

  Plan running() {
    open_tunnels();
    if (!observed_.key) step(MakeLocalKey{}, "you have none of the kinds that the container accepts");
    if (server_and_engine() && container_runs()) {
      inside();
      lead_tunnels();
    }
    return std::move(plan_);
  }

  Plan stopped() {
    close_tunnels("the target is to be stopped");
    if (!server_and_engine() || !observed_.container) return std::move(plan_);
    stop_container("it is to be stopped");
    return std::move(plan_);
  }

  Plan absent() {
    close_tunnels("the target is to be removed");
    if (!server_and_engine() || !observed_.container) return std::move(plan_);
    if (const Container& container = *observed_.container; container.state != ContainerState::absent) {
      if (!is_ours(container)) {
        problem(ErrorCode::container_not_ours, container_name(), "helper did not make it and so does not remove it",
                "on the server: docker rm " + config_.name);
        return std::move(plan_);
      }
      stop_container("it is to be removed");
      step(RemoveContainer{config_.name}, "it is to be removed");
    }
    if (!observed_.pinned_host_keys.empty()) step(PinHostKeys{}, "the container is to be removed");
    return std::move(plan_);
  }

 private:
  void step(Action action, std::string cause) { plan_.steps.push_back({std::move(action), std::move(cause)}); }
  void problem(ErrorCode code, std::string thing, std::string cause, std::string fix) {
    plan_.problems.push_back({code, std::move(thing), std::move(cause), std::move(fix)});
  }
  void problem(Error error) { plan_.problems.push_back(std::move(error)); }
  [[nodiscard]] std::string container_name() const { return "container " + config_.name; }

  [[nodiscard]] const Tunnel* open_tunnel(std::uint16_t local_port) const {
    const auto tunnel = std::ranges::find(observed_.tunnels, local_port, &Tunnel::local_port);
    return tunnel == observed_.tunnels.end() ? nullptr : &*tunnel;
  }

  void open_tunnels() {
    for (const auto& open : observed_.tunnels) {
      if (std::ranges::find(desired_.tunnels, open.local_port, &DesiredTunnel::local_port) == desired_.tunnels.end()) {
        step(CloseTunnel{open.local_port}, "the config does not name it");
      }
    }
    for (const auto& wanted : desired_.tunnels) {
      if (open_tunnel(wanted.local_port) == nullptr) step(OpenTunnel{wanted}, "it is not open");
    }
  }

  void close_tunnels(const std::string& cause) {
    for (const auto& open : observed_.tunnels) step(CloseTunnel{open.local_port}, cause);
  }

  bool server_and_engine() {
    if (observed_.server_error) problem(*observed_.server_error);
    if (observed_.engine_error) problem(*observed_.engine_error);
    return !observed_.server_error && !observed_.engine_error;
  }

  void stop_container(const std::string& cause) {
    switch (observed_.container->state) {
      case ContainerState::running:
      case ContainerState::paused:
      case ContainerState::restarting:
        step(StopContainer{config_.name}, cause);
        break;
      default:
        break;
    }
  }

  // True when the container runs now, so that its inside is known.
  bool container_runs() {
    if (!observed_.container) return false;
    const Container& container = *observed_.container;
    if (container.state == ContainerState::absent) {
      create("there is none of that name");
      return false;
    }
    if (!is_ours(container)) {
      plan_.notes.push_back(container_name() +
                            " was not made by helper: it is used as it is, and never removed or recreated");
    } else if (const auto label = container.labels.find(k_label_spec);
               label != container.labels.end() && label->second != desired_.spec_hash) {
      plan_.notes.push_back("the config has changed since " + container_name() +
                            " was made; to apply it (what was written in the container is lost): helper remove " +
                            target_.name + " && helper ensure " + target_.name);
    }
    switch (container.state) {
      case ContainerState::running:
        return true;
      case ContainerState::paused:
        step(UnpauseContainer{config_.name}, "it is paused");
        return false;
      case ContainerState::created:
        start_created(container);
        return false;
      case ContainerState::exited:
        start_again(container);
        return false;
      case ContainerState::restarting:
        problem(ErrorCode::container_failed, container_name(),
                "it starts and ends again and again (exit code " + std::to_string(container.exit_code) + ")",
                "see why: helper logs " + target_.name);
        return false;
      default:
        problem(ErrorCode::container_failed, container_name(), "the engine says it is " + to_text(container.state),
                "remove it and make it anew: helper remove " + target_.name + " && helper ensure " + target_.name);
        return false;
    }
  }

  void cannot_start(const std::string& engine_text) {
    problem(ErrorCode::container_failed, container_name(), "the engine cannot start it: " + engine_text,
            "look at \"container\" in the config, then: helper ensure " + target_.name);
  }

  void create(const std::string& cause) {
    const auto& failed_ways = observed_.attempts.failed_ways;
    for (const auto& [way, text] : failed_ways) {
      if (!is_about_gpus(text)) return cannot_start(text);
    }
    const auto choice = choose_gpu(config_, observed_.engine.value_or(Engine{}), observed_.attempts);
    if (!choice) {
      problem(choice.error());
      return;
    }
    // A container that asked for no GPU can fail over one too: when nvidia is the engine's default runtime, say.
    if (const auto failed = failed_ways.find(choice->way); failed != failed_ways.end())
      return cannot_start(failed->second);
    if (!observed_.image) {
      step(PullImage{config_.image}, "the server does not have it");
      return;
    }
    step(CreateContainer{config_.name, config_.image, choice->way, choice->runtime,
                         keep_alive_command(config_, *observed_.image)},
         choice->cause.empty() ? cause : choice->cause);
    step(StartContainer{config_.name}, "it has just been created");
  }

  // A container that has never run. Each one that a request finds or makes it starts at once: if a start has failed, it
  // was this one's, by whatever way the engine says that it was made (a runtime of another name than nvidia is no way).
  void start_created(const Container& container) {
    const auto& failed_ways = observed_.attempts.failed_ways;
    if (failed_ways.empty()) {
      step(StartContainer{config_.name}, "it was created and never started");
      return;
    }
    const auto failed = failed_ways.find(container.gpu_way);
    const std::string& text = (failed == failed_ways.end() ? failed_ways.begin() : failed)->second;
    if (!is_ours(container)) {
      problem(ErrorCode::container_failed, container_name(), "the engine cannot start it: " + text,
              "mend or remove it on the server: docker rm " + config_.name);
      return;
    }
    step(RemoveContainer{config_.name}, "it cannot be started and has never run, so nothing is lost");
    create("the one before could not be started");
  }

  void start_again(const Container& container) {
    const std::string code = "exit code " + std::to_string(container.exit_code);
    if (const auto failed = observed_.attempts.failed_ways.find(container.gpu_way);
        failed != observed_.attempts.failed_ways.end()) {
      problem(is_about_gpus(failed->second) ? ErrorCode::gpu_unavailable : ErrorCode::container_failed,
              container_name(), "the engine cannot start it as it was made: " + failed->second,
              "bring back what it was made with, or make it anew (what was written in it is lost): helper remove " +
                  target_.name + " && helper ensure " + target_.name);
      return;
    }
    if (observed_.attempts.starts > 0) {
      problem(ErrorCode::container_failed, container_name(), "it ended right after it was started (" + code + ")",
              "see why: helper logs " + target_.name +
                  "; a command that stays up can be set in helper.json: \"command\": [\"sleep\", \"infinity\"]");
      return;
    }
    step(StartContainer{config_.name}, "it is stopped (" + code + ")");
  }

  void inside() {
    if (observed_.inside_error) problem(*observed_.inside_error);
    if (!observed_.inside) return;
    const Inside& inside = *observed_.inside;
    if (inside.user_home.empty()) {
      problem(ErrorCode::inside_failed, "user " + target_.ssh.user, "the container has no such user",
              "set \"ssh\": {\"user\": ...} in helper.json to one that it has");
      return;
    }
    ssh(inside);
    if (const auto python = choose_python(target_.python, inside.pythons); !python) problem(python.error());
    if (target_.jupyter && !inside.jupyter_listening && inside.sshd_listening) {
      plan_.notes.push_back("no Jupyter answers in the container yet; start it there with --ip=0.0.0.0 --port=" +
                            std::to_string(target_.jupyter->port));
    }
    if (config_.gpus != "none" && inside.gpus.empty()) {
      plan_.notes.push_back(inside.nvidia_smi ? "no GPU is visible in the container: nvidia-smi -L lists none"
                                              : "no GPU was seen in the container: nvidia-smi is not there or fails");
    }
  }

  void ssh(const Inside& inside) {
    if (observed_.key && !inside.key_installed) {
      step(InstallKey{target_.ssh.user, observed_.key->public_line},
           "it is not in authorized_keys, or with modes that sshd refuses");
    }
    if (!inside.sshd_listening) {
      if (inside.sshd_path.empty()) {
        problem(ErrorCode::inside_no_sshd, container_name(), "its image has no sshd",
                "add openssh-server to the image: RUN apt-get update && apt-get install -y openssh-server");
        return;
      }
      step(StartSshd{inside.sshd_path, target_.ssh.user}, "it does not run");
    } else if (inside.host_keys.empty()) {
      problem(ErrorCode::inside_failed, "sshd in " + container_name(),
              "its host keys are not where they can be read (/etc/ssh/ssh_host_*_key.pub)",
              "in the container: ssh-keygen -A, then: helper restart " + target_.name);
    } else if (inside.host_keys != observed_.pinned_host_keys) {
      step(PinHostKeys{inside.host_keys},
           observed_.pinned_host_keys.empty() ? "none are pinned yet" : "the container has other ones now");
    }
  }

  void lead_tunnels() {
    for (const auto& wanted : desired_.tunnels) {
      const auto remote = reach(*observed_.container, wanted.container_port);
      if (!remote) {
        problem(
            ErrorCode::tunnel_failed, "port " + std::to_string(wanted.container_port) + " of " + container_name(),
            "it is not published and the container has no address that the server reaches",
            "give it a network, or make it anew: helper remove " + target_.name + " && helper ensure " + target_.name);
        continue;
      }
      const Tunnel* open = open_tunnel(wanted.local_port);
      if (open == nullptr || open->remote != remote) {
        step(PointTunnel{wanted, *remote},
             open != nullptr && open->remote ? "the container's port has moved" : "it leads nowhere yet");
      } else if (open->answers == false && plan_.steps.empty()) {
        problem(ErrorCode::tunnel_failed, "127.0.0.1:" + std::to_string(wanted.local_port),
                "no SSH server answers through it" + (open->trouble.empty() ? std::string() : ": " + open->trouble),
                "try again in a moment: helper ensure " + target_.name);
      }
    }
  }

  const Desired& desired_;
  const Observed& observed_;
  const config::ContainerConfig& config_;
  const config::Target& target_;
  Plan plan_;
};

}  // namespace

Plan make_plan(const Desired& desired, const Observed& observed) {
  switch (desired.power) {
    case Power::running:
      return Planner(desired, observed).running();
    case Power::stopped:
      return Planner(desired, observed).stopped();
    case Power::absent:
      break;
  }
  return Planner(desired, observed).absent();
}

bool is_ours(const Container& container) { return container.labels.contains(k_label_target); }

std::optional<Endpoint> reach(const Container& container, std::uint16_t container_port) {
  if (const auto published = container.published.find(container_port); published != container.published.end())
    return published->second;
  if (!container.address.empty()) return Endpoint{container.address, container_port};
  return std::nullopt;
}

std::optional<std::vector<std::string>> keep_alive_command(const config::ContainerConfig& container,
                                                           const Image& image) {
  if (container.command) return container.command;
  constexpr std::array<std::string_view, 9> k_interactive{"sh",  "bash",   "zsh",     "dash",   "fish",
                                                          "ash", "python", "python3", "ipython"};
  const auto is_interactive = [&](const std::string& program) {
    const std::string_view name = std::string_view(program).substr(program.rfind('/') + 1);
    return std::ranges::find(k_interactive, name) != k_interactive.end();
  };
  const bool nothing_to_run = image.command.empty() && image.entrypoint.empty();
  const bool bare_shell = image.command.size() == 1 && is_interactive(image.command.front());
  // As process 1 a plain `sleep` ignores SIGTERM, and `docker stop` would take its full 10 s; the shell also reaps
  // orphans.
  constexpr const char* k_wait = "trap 'exit 0' TERM INT; while :; do sleep 86400 & wait $!; done";
  if (nothing_to_run || bare_shell) return std::vector<std::string>{"sh", "-c", k_wait};
  return std::nullopt;
}

}  // namespace helper::plan
