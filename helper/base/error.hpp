// An Error is what a person can act on: the thing it is about, the cause, and the command or edit that fixes it.
// The catalogue in error.cpp is the one place where a code, its name, its exit status and its JSON-RPC code meet.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace helper {

enum class ErrorCode {
  internal,
  usage,
  config_unreadable,
  config_syntax,
  config_invalid,
  config_target,
  server_unreachable,
  server_auth,
  server_host_key,
  server_command,
  engine_missing,
  engine_permission,
  engine_down,
  engine_failed,
  image_missing,
  container_failed,
  container_not_ours,
  container_foreign,
  gpu_unavailable,
  gpu_no_driver,
  gpu_no_device,
  gpu_not_given,
  gpu_lost,
  gpu_not_seen,
  gpu_framework,
  inside_no_sshd,
  inside_failed,
  python_missing,
  port_busy,
  tunnel_failed,
  file_failed,
  settings_unreadable,
  daemon_unreachable,
  rpc_parse,
  rpc_request,
  rpc_method,
  rpc_params,
  timed_out,
  not_ready,
  config_untrusted,
  cancelled,
};

struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string thing;  // what it is about, as the person would name it: "container centernet", "helper.json:12"
  std::string cause;  // one sentence, no full stop
  std::string fix;    // an exact command or edit; empty when there is none to give

  friend bool operator==(const Error&, const Error&) = default;
};

// One row of the catalogue.
struct ErrorKind {
  ErrorCode code;
  std::string_view name;     // stable, dotted, for programs: "engine.permission"
  int exit_status;           // of the `helper` command
  int rpc_code;              // JSON-RPC 2.0 error.code (-32768..-32000 are the specification's own)
  std::string_view meaning;  // for the documentation's table
};

[[nodiscard]] std::span<const ErrorKind> error_catalogue();
[[nodiscard]] const ErrorKind& error_kind(ErrorCode code);
// The code of a name that came over the wire; internal when the name is not in the catalogue.
[[nodiscard]] ErrorCode error_code_from_name(std::string_view name);

// "helper.json: line 3 is no JSON", or as one sentence where the cause begins with "it": "port 2222 is held by ssh".
[[nodiscard]] std::string sentence(const Error& error);
// The sentence and, when there is a fix, a second line "  fix: ...".
[[nodiscard]] std::string to_text(const Error& error);

}  // namespace helper
