#include "plan/step.hpp"

namespace helper::plan {
namespace {

std::string local(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

// What is behind a tunnel, as people call it.
std::string service(const PointTunnel& a) {
  const std::string where = a.container.empty() ? "the container" : a.container;
  if (a.tunnel.name == "ssh") return "sshd in " + where;
  if (a.is_for_later)
    return "port " + std::to_string(a.tunnel.container_port) + " of " + where + ", where no Jupyter is yet";
  return (a.tunnel.name == "jupyter" ? "Jupyter in " : a.tunnel.name + " of ") + where;
}

std::string ids(std::uint32_t uid, std::uint32_t gid) { return std::to_string(uid) + ":" + std::to_string(gid); }

struct ActionText {
  Tense tense;

  // One verb in both tenses, and what follows it.
  [[nodiscard]] std::string say(const char* planned, const char* done, const std::string& rest) const {
    return std::string(tense == Tense::done ? done : planned) + " " + rest;
  }

  std::string operator()(const OpenTunnel& a) const {
    return say("open", "opened", local(a.tunnel.local_port) + " for " + a.tunnel.name);
  }
  std::string operator()(const CloseTunnel& a) const { return say("close", "closed", local(a.local_port)); }
  std::string operator()(const PointTunnel& a) const {
    return say("forward", "forwarded", local(a.tunnel.local_port) + " to " + service(a));
  }
  std::string operator()(const MakeLocalKey&) const { return say("create", "created", "an SSH key"); }
  std::string operator()(const PullImage& a) const { return say("pull", "pulled", "image " + a.image); }
  std::string operator()(const BuildImage& a) const { return say("build", "built", "image " + a.image); }
  std::string operator()(const CreateContainer& a) const {
    std::string text = say("create", "created", "container " + a.name + " from " + a.image);
    if (a.gpu_way == GpuWay::gpus_flag) text += " with --gpus";
    if (a.gpu_way == GpuWay::cdi) text += " with CDI devices";
    if (a.gpu_way == GpuWay::runtime) text += " with --runtime=" + a.gpu_runtime;
    if (a.gpu_way == GpuWay::devices) text += " with the GPUs' devices";
    return text;
  }
  std::string operator()(const StartContainer& a) const { return say("start", "started", "container " + a.name); }
  std::string operator()(const UnpauseContainer& a) const { return say("unpause", "unpaused", "container " + a.name); }
  std::string operator()(const StopContainer& a) const { return say("stop", "stopped", "container " + a.name); }
  std::string operator()(const RemoveContainer& a) const { return say("remove", "removed", "container " + a.name); }
  std::string operator()(const MakeHostKeys&) const { return say("create", "created", "host keys for the container"); }
  std::string operator()(const FillBundleVolume&) const {
    return say("copy", "copied", "an SSH server for containers to the server");
  }
  std::string operator()(const SendBundle& a) const {
    return say("copy", "copied", "an SSH server into container " + a.name);
  }
  std::string operator()(const StartKeeper& a) const {
    return say("start", "started", "the keeper " + a.keeper + " on the server");
  }
  std::string operator()(const RecordServices& a) const {
    return say("tell", "told",
               std::string("the keeper to start ") + (a.jupyter ? "sshd and Jupyter" : "sshd") + " whenever " +
                   a.container + " starts");
  }
  std::string operator()(const ForgetServices& a) const {
    return say("tell", "told", "the keeper to leave container " + a.container + " alone");
  }
  std::string operator()(const AwaitKeeper& a) const {
    return say("wait", "waited", "until the keeper has started the services of container " + a.container);
  }
  std::string operator()(const Eject& a) const {
    return say("remove", "removed", "everything of helper's from container " + a.name);
  }
  std::string operator()(const UpdateRestart& a) const {
    return say("set", "set", "the restart policy of container " + a.name + " to " + a.policy);
  }
  std::string operator()(const SnapshotContainer& a) const {
    return say("save", "saved", "a copy of container " + a.name + " as image " + a.image);
  }
  std::string operator()(const SetAside& a) const {
    return say("rename", "renamed", "container " + a.name + " to " + a.aside);
  }
  std::string operator()(const BringBack& a) const {
    return say("rename", "renamed", "container " + a.aside + " back to " + a.name);
  }
  std::string operator()(const StartSshd&) const { return say("start", "started", "sshd in the container"); }
  std::string operator()(const StartJupyter& a) const {
    return say("start", "started", plan::to_text(a.setup.package) + " for " + a.setup.user);
  }
  std::string operator()(const StopJupyter&) const { return say("stop", "stopped", "Jupyter"); }
  std::string operator()(const InstallJupyter& a) const {
    return say("install", "installed", "JupyterLab for " + a.python);
  }
  std::string operator()(const MakeUser& a) const {
    const std::string with = a.any_ids ? std::string() : " with the ids " + ids(a.uid, a.gid);
    return say("create", "created", "user " + a.user + with + " in the container");
  }
  std::string operator()(const MatchUser& a) const {
    return say("give", "gave", a.user + " the ids " + ids(a.uid, a.gid));
  }
  std::string operator()(const RunHooks& a) const {
    const char* hooks = a.moment == RunHooks::Moment::create ? "post_create" : "post_start";
    return say("run", "ran", hooks + std::string(" as ") + a.user);
  }
  std::string operator()(const PinHostKeys& a) const {
    return a.host_keys.empty() ? say("forget", "forgot", "the container's host keys")
                               : say("pin", "pinned", "the container's host keys");
  }
  std::string operator()(const WriteRecord& a) const {
    return say("record", "recorded", "the owner of container " + a.name);
  }
  std::string operator()(const RemoveRecord& a) const {
    return say("remove", "removed", "the record of container " + a.name);
  }
  std::string operator()(const FetchHostKeys&) const {
    return say("copy", "copied", "the container's host keys to this machine");
  }
  std::string operator()(const AuthorizeKey&) const {
    return say("add", "added", "your key to those that the container admits");
  }
};

}  // namespace

std::string to_text(const Action& action, Tense tense) { return visit_action(ActionText{tense}, action); }

std::string to_text(const Step& step) { return to_text(step.action) + ": " + step.cause; }

std::string done_text(const Step& step) {
  const std::string text = to_text(step.action, Tense::done);
  return step.obvious || step.cause.empty() ? text : text + " (" + step.cause + ")";
}

std::string to_text(const Plan& plan) {
  std::string text;
  for (const auto& step : plan.steps) text += to_text(step) + "\n";
  for (const auto& problem : plan.problems) text += "problem: " + helper::to_text(problem) + "\n";
  for (const auto& drift : plan.drifts) text += "drift: " + to_text(drift) + "\n";
  for (const auto& shortfall : plan.shortfalls) text += "shortfall: " + helper::to_text(shortfall) + "\n";
  for (const auto& note : plan.notes) text += "note: " + note + "\n";
  for (const auto& note : plan.security) text += "note: " + note.text + "\n";
  return text;
}

}  // namespace helper::plan
