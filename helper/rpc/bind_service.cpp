#include "rpc/bind_service.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace helper::rpc {

Result<plan::Power> power_param(const Json& params) {
  const auto it = params.find("power");
  if (it == params.end() || it->is_null()) return plan::Power::running;
  return power_from_text(it->get<std::string>());
}

Result<int> lines_param(const Json& params) {
  const auto it = params.find("lines");
  if (it == params.end() || it->is_null()) return k_default_log_lines;
  const auto lines = it->get<std::int64_t>();
  if (lines < 1 || lines > k_max_log_lines)
    return fail(ErrorCode::rpc_params, "params.lines", "it is not from 1 to " + std::to_string(k_max_log_lines));
  return static_cast<int>(lines);
}

Result<std::uint64_t> revision_param(const Json& params) {
  const auto it = params.find("revision");
  if (it == params.end() || it->is_null()) return 0;
  if (!it->is_number_unsigned()) return fail(ErrorCode::rpc_params, "params.revision", "it is below 0");
  return it->get<std::uint64_t>();
}

std::string text_param(const Json& params, const char* name) {
  const auto it = params.find(name);
  return it == params.end() || it->is_null() ? std::string() : it->get<std::string>();
}

Result<bool> follow_param(const Json& params, const CallContext& context) {
  const auto it = params.find("follow");
  const bool follow = it != params.end() && it->is_boolean() && it->get<bool>();
  if (follow && !context.has_stream) {
    return fail(ErrorCode::rpc_params, "params.follow", "it needs an event stream", "ask for one in the Accept header");
  }
  return follow;
}

Result<ensure::SettingsOptions> settings_options_param(const Json& params) {
  HELPER_TRY_ASSIGN(auto options, settings_options_from_json(params.is_object() ? params : Json::object()));
  if (!options.project.empty() && !std::filesystem::path(options.project).is_absolute())
    return fail(ErrorCode::rpc_params, "params.project", "it is not an absolute path");
  return options;
}

Result<ensure::Request> request_param(const Json& params, const CallContext& context) {
  HELPER_TRY_ASSIGN(ensure::Request request, request_from_json(params.is_object() ? params : Json::object()));
  if (!request.config_file.empty() && !std::filesystem::path(request.config_file).is_absolute()) {
    return fail(ErrorCode::rpc_params, "params.config", "it is not an absolute path");
  }
  if (!request.folder.empty() && !std::filesystem::path(request.folder).is_absolute()) {
    return fail(ErrorCode::rpc_params, "params.folder", "it is not an absolute path");
  }
  request.can_answer = request.can_answer && context.has_stream;
  if (context.has_stream) request.tell = context.on_event;
  return request;
}

}  // namespace helper::rpc
