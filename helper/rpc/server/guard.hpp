// The guard decides from a request's head alone whether its body is worth reading. Localhost is no barrier: every web
// page that this person opens can reach the port, so a request must prove that it comes from a program of ours. At the
// Unix socket the kernel has proved it already: it names the user at the other end, and no web page gets there. Pure.
#pragma once

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
  int minor_version = 1;                       // of HTTP/1.x
};

struct Admission {
  std::uint16_t port = 0;
  std::string token;
  std::uint64_t max_body = 0;  // bytes
  bool peer_is_known = false;  // it came through the Unix socket: no token is needed, and any port may be named
};

struct Refusal {
  unsigned status = 0;  // HTTP
  std::string cause;
};

[[nodiscard]] std::optional<Refusal> check_head(const RequestHead& head, const Admission& admission);

// Content-Length of a head that check_head() lets in.
[[nodiscard]] std::uint64_t body_length(const RequestHead& head);
// The client waits for "100 Continue" before it sends the body (RFC 9110, 10.1.1).
[[nodiscard]] bool wants_continue(const RequestHead& head);
// The connection ends with the answer: HTTP/1.0, or the client says so.
[[nodiscard]] bool wants_close(const RequestHead& head);
// The caller wants a line per event: its Accept names application/x-ndjson.
[[nodiscard]] bool wants_stream(const RequestHead& head);

}  // namespace helper::rpc
