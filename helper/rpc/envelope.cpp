#include "rpc/envelope.hpp"

#include "rpc/types.hpp"

namespace helper::rpc {
namespace {

constexpr const char* k_version = "2.0";

bool is_version(const Json& message) {
  const auto it = message.find("jsonrpc");
  return it != message.end() && it->is_string() && *it == k_version;
}

bool is_id(const Json& id) { return id.is_string() || id.is_number() || id.is_null(); }

Invalid invalid(const Json& id, const std::string& cause) {
  return {id,
          Error{ErrorCode::rpc_request, "request", cause, R"(send {"jsonrpc": "2.0", "id": 1, "method": "version"})"}};
}

std::variant<Call, Invalid> parse_call(const Json& message) {
  if (!message.is_object()) return invalid(nullptr, "it is not an object");
  const auto id = message.find("id");
  const bool has_id = id != message.end();
  const Json trusted_id = has_id && is_id(*id) ? *id : Json();
  if (!is_version(message)) return invalid(trusted_id, R"(its "jsonrpc" is not "2.0")");
  if (has_id && !is_id(*id)) return invalid(nullptr, R"(its "id" is not a string, a number or null)");
  const auto method = message.find("method");
  if (method == message.end() || !method->is_string()) return invalid(trusted_id, R"(its "method" is not a string)");
  Call call{!has_id, trusted_id, method->get<std::string>(), Json::object()};
  if (const auto params = message.find("params"); params != message.end()) {
    if (!params->is_structured()) return invalid(trusted_id, R"(its "params" is not an object or an array)");
    call.params = *params;
  }
  return call;
}

Error error_of(const Json& error) {
  const auto data = error.find("data");
  if (data != error.end()) {
    if (auto ours = error_from_json(*data, "error.data"); ours) return *ours;
  }
  const auto message = error.find("message");
  return {ErrorCode::internal, "helperd",
          message != error.end() && message->is_string() ? message->get<std::string>() : to_bytes(error), ""};
}

tl::unexpected<Error> garbage(const std::string& cause) {
  return fail(ErrorCode::daemon_unreachable, "helperd", "it answered with " + cause,
              "end it, then try again: helper rpc shutdown");
}

}  // namespace

Incoming parse_incoming(std::string_view bytes) {
  const auto message = parse_json(bytes);
  if (!message) return {false, {Invalid{nullptr, message.error()}}};
  if (!message->is_array()) return {false, {parse_call(*message)}};
  if (message->empty()) return {false, {invalid(nullptr, "its batch is empty")}};
  if (message->size() > k_max_batch)
    return {false, {invalid(nullptr, "its batch has more than " + std::to_string(k_max_batch) + " calls")}};
  Incoming incoming{true, {}};
  for (const Json& item : *message) incoming.items.push_back(parse_call(item));
  return incoming;
}

Json make_call(const Json& id, std::string_view method, const Json& params) {
  return {{"jsonrpc", k_version}, {"id", id}, {"method", method}, {"params", params}};
}

Json make_result(const Json& id, Json result) {
  return {{"jsonrpc", k_version}, {"id", id}, {"result", std::move(result)}};
}

Json make_error(const Json& id, const Error& error) {
  return {
      {"jsonrpc", k_version},
      {"id", id},
      {"error", {{"code", error_kind(error.code).rpc_code}, {"message", to_text(error)}, {"data", to_json(error)}}}};
}

Error ending() { return {ErrorCode::daemon_unreachable, "helperd", "it is ending", "try again: a new one is started"}; }

bool is_ending(const Error& error) { return error.code == ending().code && error.cause == ending().cause; }

Json make_event(const Json& id, Json params) {
  params["request"] = id;
  return {{"jsonrpc", k_version}, {"method", "event"}, {"params", std::move(params)}};
}

Result<std::variant<Reply, EventMessage>> parse_outgoing(std::string_view bytes) {
  const auto message = parse_json(bytes);
  if (!message || !message->is_object() || !is_version(*message)) return garbage("something that is not JSON-RPC 2.0");
  if (const auto method = message->find("method"); method != message->end()) {
    const auto params = message->find("params");
    if (*method != "event" || params == message->end() || !params->is_object())
      return garbage("a notification that is not an event");
    return EventMessage{params->value("request", Json()), *params};
  }
  const Json id = message->value("id", Json());
  if (const auto error = message->find("error"); error != message->end()) {
    if (!error->is_object()) return garbage("an error that is not an object");
    return Reply{id, fail(error_of(*error))};
  }
  const auto result = message->find("result");
  if (result == message->end()) return garbage("neither a result nor an error");
  return Reply{id, *result};
}

}  // namespace helper::rpc
