// The guard decides from a request's head alone whether its body is worth reading. Localhost is no border: every user
// and every web page on this machine can reach the port, so a request must prove that it comes from a program of ours.
// Pure.
#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace helper::rpc {

struct RequestHead {
  std::string method;
  std::string target;                          // the request line's, undecoded
  std::map<std::string, std::string> headers;  // names in lower case
};

struct Admission {
  std::uint16_t port = 0;
  std::string token;
  std::uint64_t max_body = 0;  // bytes
};

struct Refusal {
  unsigned status = 0;  // HTTP
  std::string cause;
};

[[nodiscard]] std::optional<Refusal> check_head(const RequestHead& head, const Admission& admission);

// The caller wants a line per event: its Accept names application/x-ndjson.
[[nodiscard]] bool wants_stream(const RequestHead& head);

}  // namespace helper::rpc
