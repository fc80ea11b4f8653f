// Which ports of 127.0.0.1 nobody listens on. That is true at the moment of the question, and may be wrong later.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace helper {

// Whether it can be bound now. The port is not kept.
[[nodiscard]] bool is_free_port(std::uint16_t port);

// The first port from `from` on that is free and `may_be` allows; nullopt when none of the next hundred is.
[[nodiscard]] std::optional<std::uint16_t> free_port_from(
    int from, const std::function<bool(std::uint16_t)>& may_be = [](std::uint16_t) { return true; });

}  // namespace helper
