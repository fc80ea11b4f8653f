// A TCP address as a person writes it: host (name or numeric) and port.
#pragma once

#include <cstdint>
#include <string>

namespace helper {

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

[[nodiscard]] inline std::string to_text(const Endpoint& endpoint) {
  return endpoint.host + ":" + std::to_string(endpoint.port);
}

}  // namespace helper
