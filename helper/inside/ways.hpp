// How the server reaches the ports of a place: by an address, or through a program that runs in the place. Pure.
#pragma once

#include "base/endpoint.hpp"
#include "plan/desired.hpp"
#include "plan/place.hpp"
#include "plan/sshd_setup.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace helper::inside {

// To our sshd: by its address; else each connection gets an sshd of its own, and so does one that is not greeted at the
// address, where every user of the server can keep sshd busy.
[[nodiscard]] Remote way_to_sshd(const plan::Place& place, const plan::SshdSetup& setup);

// To another port: by its address; else through the bundle's nc, where the place has the bundle or will have it.
[[nodiscard]] std::optional<Remote> way_to_port(const plan::Place& place, std::uint16_t port, bool has_bundle);

// To each port that a tunnel wants. `setup` is nullptr where no sshd of ours can run.
[[nodiscard]] std::map<std::uint16_t, Remote> ways(const plan::Place& place,
                                                   const std::vector<plan::DesiredTunnel>& tunnels,
                                                   const plan::SshdSetup* setup, bool has_bundle);

}  // namespace helper::inside
