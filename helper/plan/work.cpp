#include "plan/work.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace helper::plan {
namespace {

constexpr std::size_t k_most_named = 5;
constexpr std::size_t k_longest_name = 60;

bool runs(const Observed& observed) {
  if (!observed.server.container) return false;
  const ContainerState state = observed.server.container->state;
  return state == ContainerState::running || state == ContainerState::paused;
}

bool ends(const Action& action, const std::string& container) {
  if (const auto* stop = get_if<StopContainer>(action)) return stop->name == container;
  if (const auto* remove = get_if<RemoveContainer>(action)) return remove->name == container;
  return is<Eject>(action);
}

std::string name_of(const JupyterKernel& kernel) {
  std::string name = printable(
      kernel.notebook.empty() ? "a " + kernel.name + " kernel without a notebook" : kernel.notebook, k_longest_name);
  return kernel.state == "busy" ? name : name + " (" + printable(kernel.state, k_longest_name) + ")";
}

std::string verb_of(Power power) {
  switch (power) {
    case Power::absent:
      return "remove";
    case Power::ejected:
      return "eject";
    default:
      return "stop";
  }
}

// What the verb does, as a question.
std::string deed(const Desired& desired) {
  const std::string& name = desired.target.container.name;
  if (desired.power == Power::ejected)
    return "Remove Jupyter and everything else of helper's from container " + name + "?";
  return (desired.power == Power::absent ? "Remove container " : "Stop container ") + name + "?";
}

}  // namespace

std::optional<JupyterDoor> jupyter_door(const Desired& desired, const Observed& observed) {
  const auto& config = desired.target.jupyter;
  if (!config || !observed.server.container || !observed.place.inside || !observed.place.inside->jupyter.listening)
    return std::nullopt;
  const JupyterFacts& jupyter = observed.place.inside->jupyter;
  const auto door = observed.place.doors.find(config->port);
  if (door == observed.place.doors.end()) return std::nullopt;
  // A pipe is a program of the bundle's.
  if (std::holds_alternative<Pipe>(door->second) && observed.place.inside->bundle.empty()) return std::nullopt;
  return JupyterDoor{door->second, jupyter.ours_runs ? jupyter.token : std::string()};
}

bool ends_work(const Plan& plan, const Desired& desired, const Observed& observed) {
  return runs(observed) && std::ranges::any_of(plan.steps, [&](const Step& step) {
           return ends(step.action, desired.target.container.name);
         });
}

bool is_busy(const JupyterKernel& kernel) { return kernel.state != "idle" && kernel.state != "dead"; }

std::string busy_text(const JupyterWork& work) {
  std::vector<std::string> names;
  for (const auto& kernel : work.kernels) {
    if (is_busy(kernel)) names.push_back(name_of(kernel));
  }
  if (names.empty()) return {};
  std::string text = std::to_string(names.size()) + (names.size() == 1 ? " kernel is busy: " : " kernels are busy: ");
  for (std::size_t i = 0; i < std::min(names.size(), k_most_named); ++i) text += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > k_most_named) text += " and " + std::to_string(names.size() - k_most_named) + " more";
  return text;
}

std::vector<std::string> losses_of(const std::optional<JupyterWork>& work) {
  if (!work) return {};
  if (!work->unknown.empty()) return {"it is not known whether kernels of Jupyter are busy: " + work->unknown};
  auto busy = busy_text(*work);
  return busy.empty() ? std::vector<std::string>{} : std::vector<std::string>{std::move(busy)};
}

Question work_question(const Desired& desired, const JupyterWork& work) {
  Question question{Question::Kind::confirm, deed(desired), {}};
  question.details = {busy_text(work), "What these kernels compute and hold in memory would be lost."};
  return question;
}

Error work_error(const Desired& desired, const JupyterWork& work, const std::string& verb) {
  return {ErrorCode::usage, "container " + desired.target.container.name,
          busy_text(work) + ", and there is nobody to ask whether that may end; nothing was changed",
          "wait for that, or: helper " + (verb.empty() ? verb_of(desired.power) : verb) + " " + desired.target.name +
              " --yes"};
}

}  // namespace helper::plan
