// Ways are how a connection gets from the server to a port of the container.
#pragma once

#include "base/endpoint.hpp"
#include "plan/observed.hpp"
#include "plan/sshd_setup.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace helper::plan {

// The address at which the server reaches a port of the container: published, or at the container's own address. None
// for a container without a network, and for one on the server's: there every port would be the server's too.
[[nodiscard]] std::optional<Endpoint> reach(const Container& container, std::uint16_t container_port);

// The way to our sshd: by its address, or else each connection gets an sshd of its own through `docker exec`; so does
// one that is not greeted at the address, where every user of the server can keep sshd busy.
[[nodiscard]] Remote way_to_sshd(const Engine& engine, const Container& container, const std::string& name,
                                 const SshdSetup& setup);

// The way to another port: by its address, or else through the bundle's nc. None without a bundle.
[[nodiscard]] std::optional<Remote> way_to_port(const Engine& engine, const Container& container,
                                                const std::string& name, std::uint16_t container_port, bool has_bundle);

// env(1) and the variables with which our sshd is run, as words: nothing of the container's own environment, so that
// its LD_LIBRARY_PATH stays away from sshd.
[[nodiscard]] std::vector<std::string> clean_environment(const SshdSetup& setup);

// With the bundle, libnss_wrapper gives sshd the accounts that are in SshdSetup::folder (nss_wrapper(1)); sshd clears
// these variables from the sessions.
[[nodiscard]] std::vector<std::string> account_variables(const SshdSetup& setup);

}  // namespace helper::plan
