// Ports of the container that helper takes for itself.
#pragma once

#include <cstdint>

namespace helper::config {

// Our sshd never stands in the way of one that the image runs. Above the ephemeral ports (Linux: 32768 to 60999).
inline constexpr std::uint16_t k_container_ssh_port = 61022;

}  // namespace helper::config
