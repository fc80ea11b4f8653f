#include "base/shell.hpp"
#include "plan/choose_gpu.hpp"
#include "plan/draft.hpp"
#include "plan/gpu_ladder.hpp"
#include "plan/gpu_makers.hpp"
#include "plan/keep_alive.hpp"
#include "plan/make_plan.hpp"
#include "plan/our_names.hpp"
#include "plan/server_mounts.hpp"

#include <algorithm>

namespace helper::plan {
namespace {

// The first number that is right after `sign`; "" when there is none.
std::string number_after(const std::string& text, std::string_view sign) {
  for (auto at = text.find(sign); at != std::string::npos; at = text.find(sign, at + 1)) {
    const auto begin = at + sign.size();
    const auto end = std::min(text.find_first_not_of("0123456789", begin), text.size());
    if (end > begin) return text.substr(begin, end - begin);
  }
  return {};
}

// The port in "Bind for 0.0.0.0:8080 failed: port is already allocated" and its like; "" when the text is about
// something else. Podman 5's pasta says "Failed to bind port 8080 (Address already in use)".
std::string busy_port(const std::string& engine_text) {
  constexpr std::string_view k_pasta = "Failed to bind port ";
  if (engine_text.find("Address already in use") != std::string::npos) return number_after(engine_text, k_pasta);
  const bool is_about_one = engine_text.find("port is already allocated") != std::string::npos ||
                            engine_text.find("address already in use") != std::string::npos;
  return is_about_one ? number_after(engine_text, ":") : std::string();
}

void cannot_start(Draft& draft, const std::string& engine_text) {
  if (const std::string port = busy_port(engine_text); !port.empty()) {
    draft.problem(ErrorCode::container_failed, "container.ports",
                  "port " + port + " of " + draft.target.server +
                      " is taken by another program or container there: " + engine_text,
                  R"(give another port in "ports" in helper.json; or see who has it, )" +
                      draft.on_the_server("ps --filter publish=" + port + "; sudo ss -ltnp | grep :" + port));
    return;
  }
  draft.problem(ErrorCode::container_failed, draft.container_name(), "the engine cannot start it: " + engine_text,
                "correct \"container\" in the config, then: helper ensure " + draft.target.name);
}

void create(Draft& draft, const std::string& cause) {
  const auto& failed_ways = draft.observed.attempts.failed_ways;
  for (const auto& [way, text] : failed_ways) {
    if (!is_about_gpus(text)) return cannot_start(draft, text);
  }
  if (auto missing = missing_gpus(draft.config, draft.server.gpu)) return draft.problem(std::move(*missing));
  auto choice = choose_gpu(draft.config, draft.server.engine.value_or(Engine{}), draft.observed.attempts);
  // The rest of what the target is for works without: plan_gpu says what is lacking once the container can be used.
  if (!choice && draft.server.gpu && has_no_driver(*draft.server.gpu))
    choice = GpuChoice{GpuWay::none, {}, "no NVIDIA driver on the server, so without GPUs"};
  if (const auto* maker = gpu_maker(draft.config.gpus);
      maker != nullptr && draft.server.gpu && !has_gpus_of(*draft.server.gpu, *maker))
    choice = GpuChoice{GpuWay::none, {}, "no GPU of " + std::string(maker->name) + " on the server, so without GPUs"};
  if (!choice) {
    draft.problem(choice.error());
    return;
  }
  // A container that asked for no GPU can fail over one too: when nvidia is the engine's default runtime, say.
  if (const auto failed = failed_ways.find(choice->way); failed != failed_ways.end())
    return cannot_start(draft, failed->second);
  if (!plan_image(draft)) return;
  plan_fetched_host_keys(draft);
  draft.step(CreateContainer{draft.config.name, draft.config.image, choice->way, choice->runtime,
                             keep_alive_command(draft.config, *draft.server.image),
                             draft.local.bundle ? bundle_volume(*draft.local.bundle) : std::string(),
                             covered_folders(draft.config), new_record(draft.desired, draft.observed)},
             choice->cause.empty() ? cause : choice->cause);
  draft.obvious_step(StartContainer{draft.config.name}, "just created");
}

// A container that has never run. Each one that a request finds or makes it starts at once: if a start has failed, it
// was this one's, by whatever way the engine says that it was made (a runtime of another name than nvidia is no way).
void start_created(Draft& draft, const Container& container) {
  const auto& failed_ways = draft.observed.attempts.failed_ways;
  if (failed_ways.empty()) {
    plan_record(draft);
    draft.step(StartContainer{draft.config.name}, "created, but never started");
    return;
  }
  const auto failed = failed_ways.find(container.gpu_way);
  const std::string& text = (failed == failed_ways.end() ? failed_ways.begin() : failed)->second;
  if (!is_ours(container)) {
    draft.problem(ErrorCode::container_failed, draft.container_name(), "the engine cannot start it: " + text,
                  "remove that cause; or remove the container, " + draft.on_the_server("rm " + draft.config.name));
    return;
  }
  plan_fetched_host_keys(draft);
  draft.step(removal(draft, container, draft.config.name), "cannot be started and has never run, so nothing is lost");
  create(draft, "the one before could not be started");
}

// What keeps a container up whose command ends at once. What is in the config of a container that helper did not make
// changes nothing.
std::string keep_it_up(const Draft& draft) {
  const std::string why = "see why: helper logs " + draft.target.name;
  if (!is_ours(*draft.server.container)) return why;
  if (draft.server.image && entrypoint_takes_no_command(*draft.server.image))
    return why +
           "; the image's entry point takes no command; another one can be set in helper.json: \"command\": "
           R"(["infinity"], "extra_args": ["--entrypoint=sleep"])";
  return why + R"(; a command that stays up can be set in helper.json: "command": ["sleep", "infinity"])";
}

void start_again(Draft& draft, const Container& container) {
  const std::string code = "exit code " + std::to_string(container.exit_code);
  if (const auto failed = draft.observed.attempts.failed_ways.find(container.gpu_way);
      failed != draft.observed.attempts.failed_ways.end()) {
    if (!busy_port(failed->second).empty()) return cannot_start(draft, failed->second);
    const std::string cannot = "the engine cannot start it as it was created: " + failed->second;
    if (is_ours(container) && has_another_way(draft.desired, draft.observed)) {
      draft.problem(ErrorCode::gpu_unavailable, draft.container_name(), cannot,
                    "recreate it; helper asks first, and can save a copy: helper ensure " + draft.target.name +
                        "; without a terminal: helper ensure " + draft.target.name + " --recreate");
      return;
    }
    if (is_about_gpus(failed->second)) {
      // What the server lacks, with the command that brings it.
      if (auto choice = choose_gpu(draft.config, draft.server.engine.value_or(Engine{}), draft.observed.attempts);
          !choice) {
        draft.problem(std::move(choice).error());
        return;
      }
    }
    draft.problem(is_about_gpus(failed->second) ? ErrorCode::gpu_unavailable : ErrorCode::container_failed,
                  draft.container_name(), cannot,
                  "give the server back what the container was created with, or recreate it (files in it are lost): "
                  "helper remove " +
                      draft.target.name + " && helper ensure " + draft.target.name);
    return;
  }
  if (draft.observed.attempts.starts > 0) {
    draft.problem(ErrorCode::container_failed, draft.container_name(),
                  "it ended right after it was started (" + code + ")", keep_it_up(draft));
    return;
  }
  draft.step(StartContainer{draft.config.name}, "stopped with " + code);
}

// No container has that name. One that was set aside for it in this request is replaced, one from before comes back.
void make(Draft& draft) {
  if (!is_being_replaced(draft)) return create(draft, "did not exist");
  const Attempts& attempts = draft.observed.attempts;
  const bool agreed = attempts.consent == Consent::yes || attempts.consent == Consent::snapshot_first;
  if (!attempts.replace_failed.empty()) return plan_bring_back(draft, attempts.replace_failed);
  if (!agreed || attempts.consent_for != draft.server.aside->id)
    return plan_bring_back(draft, "was set aside, and nothing took its place");
  create(draft, "replaces the one that was set aside");
}

// It does not run, and who wants it may not start it.
bool is_left_alone(const Desired& desired, const Container& container) {
  using enum ContainerState;
  if (desired.initiative == Initiative::person || container.state == running || container.state == restarting)
    return false;
  const bool is_first = (container.state == absent && !desired.was_ready) || container.state == created;
  return !(is_first && desired.initiative == Initiative::program && !desired.was_ended);
}

void leave_alone(Draft& draft, const Container& container) {
  const bool absent = container.state == ContainerState::absent;
  const std::string is = container.state == ContainerState::exited ? "stopped" : to_text(container.state);
  draft.problem(ErrorCode::not_ready, draft.container_name(),
                absent ? "it does not exist, and nobody has asked to create it again"
                       : "it is " + is + ", and nobody has asked to start it again",
                "helper ensure " + draft.target.name);
}

[[nodiscard]] bool plan_what_is_there(Draft& draft, const Container& container) {
  if (!is_ours(container)) {
    draft.note(draft.container_name() + " was not made by helper: it is used as it is, and never removed or recreated");
    if (container.auto_remove)
      draft.note(draft.container_name() +
                 " was started with --rm: the engine deletes it, with all that was written in it, as soon as it stops");
  } else if (plan_drifts(draft, container)) {
    return false;
  }
  switch (container.state) {
    case ContainerState::running:
      return true;
    case ContainerState::paused:
      draft.step(UnpauseContainer{draft.config.name}, "was paused");
      return false;
    case ContainerState::created:
      start_created(draft, container);
      return false;
    case ContainerState::exited:
      start_again(draft, container);
      return false;
    case ContainerState::restarting:
      draft.problem(ErrorCode::container_failed, draft.container_name(),
                    "it starts and ends again and again (exit code " + std::to_string(container.exit_code) + ")",
                    keep_it_up(draft));
      return false;
    default:
      draft.problem(
          ErrorCode::container_failed, draft.container_name(), "the engine says it is " + to_text(container.state),
          "remove it and recreate it: helper remove " + draft.target.name + " && helper ensure " + draft.target.name);
      return false;
  }
}

}  // namespace

bool plan_container(Draft& draft) {
  if (!draft.server.container) return false;
  const Container& container = *draft.server.container;
  if (is_left_alone(draft.desired, container)) {
    leave_alone(draft, container);
    return false;
  }
  const bool runs = container.state != ContainerState::absent && plan_what_is_there(draft, container);
  if (container.state == ContainerState::absent) make(draft);
  if (!runs && !draft.plan.problems.empty() && may_bring_back(draft)) {
    const std::string why = draft.plan.problems.back().cause;
    draft.plan.problems.clear();
    std::erase_if(draft.plan.steps, [](const Step& step) { return is<RemoveContainer>(step.action); });
    plan_bring_back(draft, why);
  }
  if (!runs) plan_end_of_replacement(draft);
  return runs;
}

bool plan_stop_container(Draft& draft, const std::string& cause) {
  if (would_be_lost_by_stopping(*draft.server.container)) {
    const std::string& name = draft.target.name;
    draft.plan.steps.clear();  // what is refused changes nothing, its tunnels neither
    draft.problem(
        ErrorCode::container_failed, draft.container_name(),
        "it was started with --rm: if helper stopped it, the engine would delete it with all that was written "
        "in it",
        "keep a copy first: helper snapshot " + name + "; then stop it yourself, " +
            draft.on_the_server("stop " + shell::quote(draft.config.name)) +
            "; to restart only what helper runs in it: helper eject " + name + " && helper ensure " + name);
    return false;
  }
  switch (draft.server.container->state) {
    case ContainerState::running:
    case ContainerState::paused:
    case ContainerState::restarting:
      if (draft.desired.power == Power::running) {
        draft.step(StopContainer{draft.config.name}, cause);
      } else {
        draft.obvious_step(StopContainer{draft.config.name}, cause);
      }
      break;
    default:
      break;
  }
  return true;
}

bool would_be_lost_by_stopping(const Container& container) {
  using enum ContainerState;
  return container.auto_remove &&
         (container.state == running || container.state == paused || container.state == restarting);
}

}  // namespace helper::plan
