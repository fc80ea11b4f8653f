// The JSON-RPC 2.0 envelope (https://www.jsonrpc.org/specification): bytes to calls, results and errors to messages,
// and back on the client's side. Pure.
#pragma once

#include "base/result.hpp"
#include "rpc/json.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace helper::rpc {

// One valid request. A notification has no id and gets no answer, not even an error.
struct Call {
  bool notification = false;
  Json id;
  std::string method;
  Json params = Json::object();  // an object or an array
};

// Something in the place of a request: it is answered with `error` under `id` (null when it had none to trust).
struct Invalid {
  Json id;
  Error error;
};

struct Incoming {
  bool batch = false;  // the answers go back as an array
  std::vector<std::variant<Call, Invalid>> items;
};

// A batch beyond this many calls is refused as a whole; the specification sets no limit.
inline constexpr std::size_t k_max_batch = 64;

[[nodiscard]] Incoming parse_incoming(std::string_view bytes);

[[nodiscard]] Json make_call(const Json& id, std::string_view method, const Json& params);
[[nodiscard]] Json make_result(const Json& id, Json result);
// {code, message, data: {name, thing, cause, fix}} by the catalogue of base/error.hpp.
[[nodiscard]] Json make_error(const Json& id, const Error& error);
// What a daemon that ends answers to a call that it does not begin: the next daemon may be asked.
[[nodiscard]] Error ending();
[[nodiscard]] bool is_ending(const Error& error);
// The notification "event": `params` is what happened, `id` the request in which it did.
[[nodiscard]] Json make_event(const Json& id, Json params);

struct Reply {
  Json id;
  Result<Json> result;
};
struct EventMessage {
  Json request;
  Json params;
};
// What a server sent, one message. Error: daemon_unreachable when it is neither a response nor an event.
[[nodiscard]] Result<std::variant<Reply, EventMessage>> parse_outgoing(std::string_view bytes);

}  // namespace helper::rpc
