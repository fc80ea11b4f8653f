#include "plan/step.hpp"

namespace helper::plan {
namespace {

std::string tunnel_name(const DesiredTunnel& tunnel) {
  return "127.0.0.1:" + std::to_string(tunnel.local_port) + " (" + tunnel.name + ")";
}

std::string ids(std::uint32_t uid, std::uint32_t gid) { return std::to_string(uid) + ":" + std::to_string(gid); }

struct ActionText {
  std::string operator()(const OpenTunnel& a) const { return "open " + tunnel_name(a.tunnel); }
  std::string operator()(const CloseTunnel& a) const { return "close 127.0.0.1:" + std::to_string(a.local_port); }
  std::string operator()(const PointTunnel& a) const {
    return "forward " + tunnel_name(a.tunnel) + " to " + helper::to_text(a.remote);
  }
  std::string operator()(const MakeLocalKey&) const { return "make an SSH key"; }
  std::string operator()(const PullImage& a) const { return "pull image " + a.image; }
  std::string operator()(const BuildImage& a) const { return "build image " + a.image; }
  std::string operator()(const CreateContainer& a) const {
    std::string text = "create container " + a.name + " from " + a.image;
    if (a.gpu_way == GpuWay::gpus_flag) text += " with --gpus";
    if (a.gpu_way == GpuWay::cdi) text += " with CDI devices";
    if (a.gpu_way == GpuWay::runtime) text += " with --runtime=" + a.gpu_runtime;
    return text;
  }
  std::string operator()(const StartContainer& a) const { return "start container " + a.name; }
  std::string operator()(const UnpauseContainer& a) const { return "unpause container " + a.name; }
  std::string operator()(const StopContainer& a) const { return "stop container " + a.name; }
  std::string operator()(const RemoveContainer& a) const { return "remove container " + a.name; }
  std::string operator()(const MakeHostKeys&) const { return "make host keys for the container"; }
  std::string operator()(const FillBundleVolume&) const { return "put an SSH server for containers on the server"; }
  std::string operator()(const SendBundle& a) const { return "put an SSH server into container " + a.name; }
  std::string operator()(const Eject& a) const { return "take everything of helper's out of container " + a.name; }
  std::string operator()(const UpdateRestart& a) const {
    return "set the restart policy of container " + a.name + " to " + a.policy;
  }
  std::string operator()(const SnapshotContainer& a) const {
    return "keep a copy of container " + a.name + " as image " + a.image;
  }
  std::string operator()(const SetAside& a) const { return "set container " + a.name + " aside as " + a.aside; }
  std::string operator()(const BringBack& a) const { return "bring container " + a.name + " back from " + a.aside; }
  std::string operator()(const StartSshd&) const { return "start sshd in the container"; }
  std::string operator()(const StartJupyter& a) const {
    return "start " + plan::to_text(a.setup.package) + " for " + a.setup.user;
  }
  std::string operator()(const StopJupyter&) const { return "stop Jupyter"; }
  std::string operator()(const MakeUser& a) const {
    return "make user " + a.user + " with the ids " + ids(a.uid, a.gid) + " in the container";
  }
  std::string operator()(const MatchUser& a) const { return "give " + a.user + " the ids " + ids(a.uid, a.gid); }
  std::string operator()(const RunHooks& a) const {
    return std::string("run ") + (a.moment == RunHooks::Moment::create ? "post_create" : "post_start") + " as " +
           a.user;
  }
  std::string operator()(const PinHostKeys& a) const {
    return a.host_keys.empty() ? "forget the container's host keys" : "pin the container's host keys";
  }
  std::string operator()(const WriteRecord& a) const { return "record the owner of container " + a.name; }
  std::string operator()(const RemoveRecord& a) const { return "remove the record of container " + a.name; }
  std::string operator()(const FetchHostKeys&) const { return "copy the container's host keys to this machine"; }
  std::string operator()(const AuthorizeKey&) const { return "add your key to those that the container admits"; }
};

}  // namespace

std::string to_text(const Action& action) { return visit_action(ActionText{}, action); }

std::string to_text(const Step& step) { return to_text(step.action) + ": " + step.cause; }

std::string to_text(const Plan& plan) {
  std::string text;
  for (const auto& step : plan.steps) text += to_text(step) + "\n";
  for (const auto& problem : plan.problems) text += "problem: " + helper::to_text(problem) + "\n";
  for (const auto& drift : plan.drifts) text += "drift: " + to_text(drift) + "\n";
  for (const auto& shortfall : plan.shortfalls) text += "shortfall: " + helper::to_text(shortfall) + "\n";
  for (const auto& note : plan.notes) text += "note: " + note + "\n";
  return text;
}

}  // namespace helper::plan
