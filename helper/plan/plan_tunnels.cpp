#include "plan/draft.hpp"
#include "plan/jupyter.hpp"
#include "plan/session.hpp"

#include <algorithm>

namespace helper::plan {
namespace {

const Tunnel* open_tunnel(const Draft& draft, std::uint16_t local_port) {
  const auto tunnel = std::ranges::find(draft.local.tunnels, local_port, &Tunnel::local_port);
  return tunnel == draft.local.tunnels.end() ? nullptr : &*tunnel;
}

// The address is part of it, so that two plans that differ only in it have different texts.
std::string why_forward(const Tunnel& open, const Remote& wanted) {
  const auto* before = std::get_if<SshDoor>(&*open.remote);
  const auto* now = std::get_if<SshDoor>(&wanted);
  const bool same_port = before != nullptr && now != nullptr && before->address == now->address;
  return same_port ? "the way around the container's port has changed"
                   : "the container's port is " + to_text(wanted) + " on the server now";
}

// None: there is no way, and a problem says so, or the server program is not there yet.
std::optional<Remote> way(Draft& draft, const DesiredTunnel& wanted) {
  const auto door = draft.place.doors.find(wanted.container_port);
  if (door != draft.place.doors.end()) return door->second;
  if (wanted.container_port != k_container_ssh_port) {
    draft.problem(ErrorCode::tunnel_failed,
                  "port " + std::to_string(wanted.container_port) + " of " + draft.container_name(),
                  "it is not published and the container has no address that the server reaches",
                  "give it a network, or recreate it: helper remove " + draft.target.name + " && helper ensure " +
                      draft.target.name);
  }
  return std::nullopt;
}

}  // namespace

void plan_open_tunnels(Draft& draft) {
  for (const auto& open : draft.local.tunnels) {
    if (std::ranges::find(draft.desired.tunnels, open.local_port, &DesiredTunnel::local_port) ==
        draft.desired.tunnels.end()) {
      draft.step(CloseTunnel{open.local_port}, "no longer in the config");
    }
  }
  for (const auto& wanted : draft.desired.tunnels) {
    if (open_tunnel(draft, wanted.local_port) == nullptr) draft.obvious_step(OpenTunnel{wanted}, "not open yet");
  }
}

void plan_close_tunnels(Draft& draft, const std::string& cause) {
  for (const auto& open : draft.local.tunnels) draft.obvious_step(CloseTunnel{open.local_port}, cause);
}

void plan_forward_tunnels(Draft& draft) {
  const bool looked_into = draft.place.inside && draft.place.inside->has_shell;
  for (const auto& wanted : draft.desired.tunnels) {
    if (wanted.container_port == k_container_ssh_port && !looked_into) continue;  // its sshd comes first
    const Tunnel* open = open_tunnel(draft, wanted.local_port);
    if (draft.target.jupyter && wanted.container_port == draft.target.jupyter->port &&
        jupyter_port_is_anothers(draft.desired, draft.observed)) {
      // It is opened again, and nothing answers behind it.
      if (open != nullptr && open->remote)
        draft.step(CloseTunnel{wanted.local_port}, "a program of somebody else has the port of Jupyter");
      continue;
    }
    const auto remote = way(draft, wanted);
    if (!remote) continue;
    const bool is_for_later = draft.target.jupyter && wanted.container_port == draft.target.jupyter->port &&
                              looked_into && lacks_jupyter(draft, *draft.place.inside);
    if (open == nullptr || !open->remote) {
      draft.obvious_step(PointTunnel{wanted, *remote, draft.config.name, is_for_later},
                         "through " + to_text(*remote) + " on the server");
    } else if (open->remote != remote) {
      draft.step(PointTunnel{wanted, *remote, draft.config.name, is_for_later}, why_forward(*open, *remote));
    } else if (open->answers == false && draft.plan.steps.empty()) {
      draft.problem(ErrorCode::tunnel_failed, "127.0.0.1:" + std::to_string(wanted.local_port),
                    "no SSH server answers through it" + (open->trouble.empty() ? std::string() : ": " + open->trouble),
                    "try again in a moment: helper ensure " + draft.target.name);
    } else if (wanted.container_port == k_container_ssh_port && draft.plan.steps.empty() &&
               shows_another_key(draft.observed, wanted.local_port)) {
      draft.problem(ErrorCode::tunnel_failed, "127.0.0.1:" + std::to_string(wanted.local_port),
                    "the SSH server that answers through it shows another host key than the target's: something else "
                    "answers at " +
                        to_text(*remote) + " on the server",
                    "find what listens there, or: helper restart " + draft.target.name);
    }
  }
}

}  // namespace helper::plan
