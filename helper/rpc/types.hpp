// The one mapping between our values and their JSON: names and units on the wire are decided here and nowhere else.
// Durations are milliseconds (`elapsed_ms`). Unknown fields are ignored, so that either side may be newer.
#pragma once

#include "base/result.hpp"
#include "ensure/report.hpp"
#include "ensure/service.hpp"
#include "ide/access.hpp"
#include "plan/desired.hpp"
#include "rpc/json.hpp"
#include "settings/report.hpp"

#include <string>
#include <vector>

namespace helper::rpc {

[[nodiscard]] Json to_json(const Error& error);  // {name, thing, cause, fix}
[[nodiscard]] Json to_json(const ide::Access& access);
[[nodiscard]] Json to_json(const ensure::Event& event);
[[nodiscard]] Json to_json(const ensure::Report& report);
[[nodiscard]] Json to_json(const ensure::PlanReport& report);
[[nodiscard]] Json to_json(const ensure::TargetStatus& status);
[[nodiscard]] Json to_json(const ensure::WatchReport& report);
[[nodiscard]] Json to_json(const ensure::TargetList& list);
[[nodiscard]] Json to_json(const ensure::SnapshotReport& report);
[[nodiscard]] Json to_json(const std::vector<ensure::ServerList>& lists);  // an array
[[nodiscard]] Json to_json(const ensure::LogText& text);
[[nodiscard]] Json to_json(const ensure::PythonList& list);
[[nodiscard]] Json to_json(const ensure::GpuReport& report);
[[nodiscard]] Json to_json(const settings::Report& report);
[[nodiscard]] Json to_json(const ensure::Request& request);
[[nodiscard]] Json to_json(const ensure::TrustReport& report);
[[nodiscard]] Json to_json(const ensure::TrustList& list);
[[nodiscard]] Json to_json(const std::vector<ensure::TargetStatus>& statuses);  // an array

// Error: rpc_params naming the field (`path` and what follows) that is missing or of the wrong type.
[[nodiscard]] Result<Error> error_from_json(const Json& json, const std::string& path);
[[nodiscard]] Result<ide::Access> interpreter_from_json(const Json& json, const std::string& path = "settings");
[[nodiscard]] Result<ensure::Event> event_from_json(const Json& json, const std::string& path = "event");
[[nodiscard]] Result<ensure::Report> report_from_json(const Json& json, const std::string& path = "report");
[[nodiscard]] Result<ensure::PlanReport> plan_report_from_json(const Json& json, const std::string& path = "plan");
[[nodiscard]] Result<ensure::TargetStatus> target_status_from_json(const Json& json,
                                                                   const std::string& path = "status");
[[nodiscard]] Result<std::vector<ensure::TargetStatus>> statuses_from_json(const Json& json,
                                                                           const std::string& path = "status");
[[nodiscard]] Result<ensure::SnapshotReport> snapshot_report_from_json(const Json& json,
                                                                       const std::string& path = "snapshot");
[[nodiscard]] Result<std::vector<ensure::ServerList>> lists_from_json(const Json& json,
                                                                      const std::string& path = "list");
[[nodiscard]] Result<ensure::TargetList> target_list_from_json(const Json& json, const std::string& path = "targets");
[[nodiscard]] Result<ensure::LogText> log_text_from_json(const Json& json, const std::string& path = "logs");
[[nodiscard]] Result<ensure::PythonList> python_list_from_json(const Json& json, const std::string& path = "pythons");
[[nodiscard]] Result<ensure::GpuReport> gpu_report_from_json(const Json& json, const std::string& path = "gpu");
[[nodiscard]] Result<settings::Report> settings_report_from_json(const Json& json,
                                                                 const std::string& path = "settings");
[[nodiscard]] Result<ensure::TrustReport> trust_report_from_json(const Json& json, const std::string& path = "trust");
[[nodiscard]] Result<ensure::TrustList> trust_list_from_json(const Json& json, const std::string& path = "trust");
// The parameters of settings.apply, settings.diff and settings.undo; absent ones are as SettingsOptions has them.
[[nodiscard]] Result<ensure::SettingsOptions> settings_options_from_json(const Json& json,
                                                                         const std::string& path = "params");
[[nodiscard]] Json to_json(const ensure::SettingsOptions& options);
[[nodiscard]] Result<ensure::Request> request_from_json(const Json& json, const std::string& path = "params");

// "running", "stopped", "absent". Error: rpc_params.
[[nodiscard]] Result<plan::Power> power_from_text(const std::string& text);

}  // namespace helper::rpc
