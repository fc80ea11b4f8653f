#include "base/error.hpp"

#include <algorithm>
#include <array>

namespace helper {
namespace {

// Exit statuses are grouped by what the person has to look at. 1 is ours, 2 the command line, 130 a cancel (as by
// SIGINT).
constexpr std::array k_catalogue{
    ErrorKind{ErrorCode::internal, "internal", 1, -32603, "a defect of helper itself, or of the machine it runs on"},
    ErrorKind{ErrorCode::usage, "usage", 2, 200, "the command line is wrong"},
    ErrorKind{ErrorCode::config_unreadable, "config.unreadable", 3, 300, "the config file is absent or cannot be read"},
    ErrorKind{ErrorCode::config_syntax, "config.syntax", 3, 301, "the config file is not JSON with comments"},
    ErrorKind{ErrorCode::config_invalid, "config.invalid", 3, 302, "a key or value of the config is wrong"},
    ErrorKind{ErrorCode::config_target, "config.target", 3, 303,
              "the target named is not in the config, or none is named"},
    ErrorKind{ErrorCode::server_unreachable, "server.unreachable", 4, 400, "the server does not answer"},
    ErrorKind{ErrorCode::server_auth, "server.auth", 4, 401, "the server refuses every key and password offered"},
    ErrorKind{ErrorCode::server_host_key, "server.host_key", 4, 402, "the server's host key is unknown or has changed"},
    ErrorKind{ErrorCode::server_command, "server.command", 4, 403, "a command on the server could not be run"},
    ErrorKind{ErrorCode::engine_missing, "engine.missing", 5, 500, "no container engine is installed on the server"},
    ErrorKind{ErrorCode::engine_permission, "engine.permission", 5, 501, "the user may not use the engine"},
    ErrorKind{ErrorCode::engine_down, "engine.down", 5, 502, "the engine does not run"},
    ErrorKind{ErrorCode::engine_failed, "engine.failed", 5, 503, "the engine refused a command"},
    ErrorKind{ErrorCode::image_missing, "image.missing", 6, 600, "the image is not on the server and cannot be pulled"},
    ErrorKind{ErrorCode::container_failed, "container.failed", 6, 601,
              "the container does not start or does not stay up"},
    ErrorKind{ErrorCode::container_not_ours, "container.not_ours", 6, 602, "the container was not made by helper"},
    ErrorKind{ErrorCode::container_foreign, "container.foreign", 6, 603, "the container belongs to another person"},
    ErrorKind{ErrorCode::gpu_unavailable, "gpu.unavailable", 7, 700, "the engine cannot give the container a GPU"},
    ErrorKind{ErrorCode::gpu_no_driver, "gpu.no_driver", 7, 701, "the server has no NVIDIA driver that works"},
    ErrorKind{ErrorCode::gpu_no_device, "gpu.no_device", 7, 702, "the server's driver has no GPU, or no /dev/nvidia*"},
    ErrorKind{ErrorCode::gpu_not_given, "gpu.not_given", 7, 703, "the container was not given the GPUs"},
    ErrorKind{ErrorCode::gpu_lost, "gpu.lost", 7, 704, "the running container has lost its GPUs"},
    ErrorKind{ErrorCode::gpu_not_seen, "gpu.not_seen", 7, 705,
              "nvidia-smi in the container does not list the GPUs asked for"},
    ErrorKind{ErrorCode::gpu_framework, "gpu.framework", 7, 706, "a framework in the container does not see the GPUs"},
    ErrorKind{ErrorCode::inside_no_sshd, "inside.no_sshd", 8, 800, "the container has no SSH server"},
    ErrorKind{ErrorCode::inside_failed, "inside.failed", 8, 801, "a step inside the container failed"},
    ErrorKind{ErrorCode::python_missing, "python.missing", 8, 802,
              "the Python asked for is not in the container or does not run"},
    ErrorKind{ErrorCode::port_busy, "port.busy", 9, 900, "a local port is held by another program"},
    ErrorKind{ErrorCode::tunnel_failed, "tunnel.failed", 9, 901, "a tunnel does not reach the container"},
    ErrorKind{ErrorCode::file_failed, "file.failed", 10, 1000, "a file on this machine cannot be read or written"},
    ErrorKind{ErrorCode::settings_unreadable, "settings.unreadable", 10, 1001,
              "a settings file of an IDE cannot be edited safely: it does not parse, or its IDE would refuse it"},
    ErrorKind{ErrorCode::daemon_unreachable, "daemon.unreachable", 11, 1100,
              "the daemon cannot be started or does not answer"},
    ErrorKind{ErrorCode::rpc_parse, "rpc.parse", 11, -32700, "the request is not JSON"},
    ErrorKind{ErrorCode::rpc_request, "rpc.request", 11, -32600, "the request is not a JSON-RPC 2.0 request"},
    ErrorKind{ErrorCode::rpc_method, "rpc.method", 11, -32601, "there is no such method"},
    ErrorKind{ErrorCode::rpc_params, "rpc.params", 11, -32602, "the parameters do not fit the method"},
    ErrorKind{ErrorCode::timed_out, "timed_out", 12, 1200, "a wait reached its limit"},
    ErrorKind{ErrorCode::not_ready, "not_ready", 13, 1300, "the target, or what was asked of it, is not ready"},
    ErrorKind{ErrorCode::config_untrusted, "untrusted", 14, 1400,
              "the config is not approved by you, or others can change it"},
    ErrorKind{ErrorCode::cancelled, "cancelled", 130, 1301, "the request was cancelled"},
};

constexpr bool rows_follow_the_enum() {
  for (std::size_t i = 0; i < k_catalogue.size(); ++i) {
    if (static_cast<std::size_t>(k_catalogue[i].code) != i) return false;
  }
  return k_catalogue.size() == static_cast<std::size_t>(ErrorCode::cancelled) + 1;
}
static_assert(rows_follow_the_enum());

}  // namespace

std::span<const ErrorKind> error_catalogue() { return k_catalogue; }

const ErrorKind& error_kind(ErrorCode code) { return k_catalogue.at(static_cast<std::size_t>(code)); }

ErrorCode error_code_from_name(std::string_view name) {
  const auto* row = std::ranges::find(k_catalogue, name, &ErrorKind::name);
  return row == k_catalogue.end() ? ErrorCode::internal : row->code;
}

std::string sentence(const Error& error) {
  if (error.thing.empty()) return error.cause;
  constexpr std::string_view k_it = "it ";
  if (error.cause.starts_with(k_it)) return error.thing + error.cause.substr(k_it.size() - 1);
  return error.thing + ": " + error.cause;
}

std::string to_text(const Error& error) {
  std::string text = sentence(error);
  if (!error.fix.empty()) text += "\n  fix: " + error.fix;
  return text;
}

}  // namespace helper
