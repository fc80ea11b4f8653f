// bind_service puts a service behind the method table: one line a method, JSON on one side and plain values on the
// other. It is a template so that tests can bind a service of their own.
#pragma once

#include "rpc/dispatcher.hpp"
#include "rpc/types.hpp"

#include <cstdint>
#include <utility>

namespace helper::rpc {

inline constexpr int k_default_log_lines = 100;
inline constexpr int k_max_log_lines = 100'000;

// Absent, null and the default are the same. Error: rpc_params.
[[nodiscard]] Result<plan::Power> power_param(const Json& params);
[[nodiscard]] Result<int> lines_param(const Json& params);
[[nodiscard]] Result<std::uint64_t> revision_param(const Json& params);
[[nodiscard]] std::string text_param(const Json& params, const char* name);
// Following has no useful result: without a stream there would be nobody to read. Error: rpc_params.
[[nodiscard]] Result<bool> follow_param(const Json& params, const CallContext& context);
// A question can only be put to a caller who reads events. Error: rpc_params (also for a config path that is not
// absolute).
[[nodiscard]] Result<ensure::Request> request_param(const Json& params, const CallContext& context);

// Error: rpc_params (also for a project that is not an absolute path).
[[nodiscard]] Result<ensure::SettingsOptions> settings_options_param(const Json& params);

template <class T>
[[nodiscard]] Result<Json> as_json(const Result<T>& result) {
  if (!result) return fail(result.error());
  return to_json(*result);
}

// `service` (ensure::Service, or a twin of it) must outlive the handlers.
template <class Service>
[[nodiscard]] Handlers bind_service(Service& service) {
  const auto converge = [&service](plan::Power power) -> Handler {
    return [&service, power](const Json& params, const CallContext& context) -> Result<Json> {
      HELPER_TRY_ASSIGN(const ensure::Request request, request_param(params, context));
      return as_json(service.converge(request, power, context.on_event, context.stop));
    };
  };
  Handlers handlers;
  handlers["ensure"] = converge(plan::Power::running);
  handlers["stop"] = converge(plan::Power::stopped);
  handlers["remove"] = converge(plan::Power::absent);
  handlers["eject"] = converge(plan::Power::ejected);
  handlers["restart"] = [&service](const Json& params, const CallContext& context) -> Result<Json> {
    HELPER_TRY_ASSIGN(const ensure::Request request, request_param(params, context));
    return as_json(service.restart(request, context.on_event, context.stop));
  };
  handlers["plan"] = [&service](const Json& params, const CallContext& context) -> Result<Json> {
    HELPER_TRY_ASSIGN(const ensure::Request request, request_param(params, context));
    HELPER_TRY_ASSIGN(const plan::Power power, power_param(params));
    return as_json(service.plan(request, power, context.stop));
  };
  handlers["status"] = [&service](const Json& params, const CallContext& context) -> Result<Json> {
    HELPER_TRY_ASSIGN(const ensure::Request request, request_param(params, context));
    return as_json(service.status(request, context.stop));
  };
  handlers["watch"] = [&service](const Json& params, const CallContext& context) -> Result<Json> {
    HELPER_TRY_ASSIGN(const ensure::Request request, request_param(params, context));
    HELPER_TRY_ASSIGN(const std::uint64_t revision, revision_param(params));
    return as_json(service.watch(request, revision, context.stop));
  };
  handlers["targets"] = [&service](const Json& params, const CallContext& context) -> Result<Json> {
    HELPER_TRY_ASSIGN(const ensure::Request request, request_param(params, context));
    return as_json(service.targets(request));
  };
  handlers["snapshot"] = [&service](const Json& params, const CallContext& context) -> Result<Json> {
    HELPER_TRY_ASSIGN(const ensure::Request request, request_param(params, context));
    return as_json(service.snapshot(request, text_param(params, "image"), context.on_event, context.stop));
  };
  handlers["list"] = [&service](const Json& params, const CallContext& context) -> Result<Json> {
    HELPER_TRY_ASSIGN(const ensure::Request request, request_param(params, context));
    return as_json(service.list(request, context.stop));
  };
  handlers["logs"] = [&service](const Json& params, const CallContext& context) -> Result<Json> {
    HELPER_TRY_ASSIGN(const ensure::Request request, request_param(params, context));
    HELPER_TRY_ASSIGN(const int lines, lines_param(params));
    HELPER_TRY_ASSIGN(const bool follow, follow_param(params, context));
    if (follow) return as_json(service.follow_logs(request, lines, context.on_event, context.stop));
    return as_json(service.logs(request, lines, context.stop));
  };
  handlers["settings"] = [&service](const Json& params, const CallContext& context) -> Result<Json> {
    HELPER_TRY_ASSIGN(const ensure::Request request, request_param(params, context));
    return as_json(service.settings(request, context.stop));
  };
  handlers["known"] = [&service](const Json& params, const CallContext& context) -> Result<Json> {
    HELPER_TRY_ASSIGN(const ensure::Request request, request_param(params, context));
    return as_json(service.known(request));
  };
  const auto settings = [&service](bool apply, bool always_dry) -> Handler {
    return [&service, apply, always_dry](const Json& params, const CallContext& context) -> Result<Json> {
      HELPER_TRY_ASSIGN(const ensure::Request request, request_param(params, context));
      HELPER_TRY_ASSIGN(ensure::SettingsOptions options, settings_options_param(params));
      options.dry_run = options.dry_run || always_dry;
      return as_json(apply ? service.apply_settings(request, options, context.on_event, context.stop)
                           : service.undo_settings(request, options, context.on_event, context.stop));
    };
  };
  handlers["settings.apply"] = settings(true, false);
  handlers["settings.diff"] = settings(true, true);
  handlers["settings.undo"] = settings(false, false);
  handlers["pythons"] = [&service](const Json& params, const CallContext& context) -> Result<Json> {
    HELPER_TRY_ASSIGN(const ensure::Request request, request_param(params, context));
    return as_json(service.pythons(request, context.stop));
  };
  handlers["gpu"] = [&service](const Json& params, const CallContext& context) -> Result<Json> {
    HELPER_TRY_ASSIGN(const ensure::Request request, request_param(params, context));
    const auto check = params.find("check");
    return as_json(service.gpu(request, check != params.end() && *check == true, context.on_event, context.stop));
  };
  handlers["trusted"] = [&service](const Json& params, const CallContext& context) -> Result<Json> {
    HELPER_TRY_ASSIGN(const ensure::Request request, request_param(params, context));
    return as_json(service.trusted(request));
  };
  handlers["trust"] = [&service](const Json& params, const CallContext& context) -> Result<Json> {
    HELPER_TRY_ASSIGN(const ensure::Request request, request_param(params, context));
    return as_json(service.trust(request, text_param(params, "digest")));
  };
  handlers["untrust"] = [&service](const Json& params, const CallContext& context) -> Result<Json> {
    HELPER_TRY_ASSIGN(const ensure::Request request, request_param(params, context));
    HELPER_TRY_ASSIGN(const bool withdrawn, service.untrust(request));
    return Json{{"withdrawn", withdrawn}};
  };
  handlers["trust.list"] = [&service](const Json&, const CallContext&) -> Result<Json> {
    return as_json(service.trust_list());
  };
  handlers["answer"] = [&service](const Json& params, const CallContext&) -> Result<Json> {
    return Json{{"accepted", service.answer(params.at("question").template get<std::string>(),
                                            params.at("value").template get<std::string>())}};
  };
  return handlers;
}

}  // namespace helper::rpc
