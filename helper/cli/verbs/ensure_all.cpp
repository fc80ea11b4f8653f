#include "base/text.hpp"
#include "cli/context.hpp"
#include "cli/login_manager.hpp"
#include "cli/ready.hpp"
#include "cli/render/render.hpp"
#include "cli/render/text.hpp"
#include "cli/request.hpp"
#include "cli/verbs/runners.hpp"
#include "rpc/types.hpp"

#include <algorithm>
#include <utility>

namespace helper::cli {
namespace {

int exit_status(ErrorCode code) { return error_kind(code).exit_status; }

// The result of one target, and its text for people.
struct Outcome {
  rpc::Json document;
  std::string result;    // for standard output
  std::string problems;  // for standard error
  int status = 0;
};

std::string errors_text(Context& context, const std::vector<Error>& errors) {
  std::string text;
  for (const Error& error : errors) text += render_error(context.err_style, error);
  return text;
}

int status_of(const std::vector<Error>& problems) { return problems.empty() ? 0 : exit_status(problems.front().code); }

Result<Outcome> plan_one(Context& context, rpc::Json params, const About& about) {
  params["power"] = "running";
  HELPER_TRY_ASSIGN(Answer answer, request(context, "plan", params, {}, about));
  HELPER_TRY_ASSIGN(const ensure::PlanReport plan, rpc::plan_report_from_json(answer.result));
  return Outcome{std::move(answer.result), render_plan(context.out_style, plan), {}, status_of(plan.problems)};
}

Result<Outcome> ensure_one(Context& context, rpc::Json params, const About& about) {
  ensure::Report report;
  std::set<std::string> told;
  const bool recreate = context.arguments.has("--recreate");
  const auto known = context.arguments.has("--quick") && !recreate ? known_and_answering(context, about.target)
                                                                   : std::optional<ide::Access>();
  if (known) {
    report.target = about.target;
    report.state = "ready";
    report.settings = *known;
  } else {
    params["recreate"] = recreate;
    params["offers"] = context.can_ask;
    params["yes"] = context.arguments.has("--yes");
    if (const auto owner = context.arguments.given("--owner")) params["owner"] = *owner;
    HELPER_TRY_ASSIGN(Answer answer, request(context, "ensure", params, {}, about));
    HELPER_TRY_ASSIGN(report, rpc::report_from_json(answer.result));
    told = std::move(answer.told_notes);
  }
  return Outcome{rpc::to_json(report), context.quiet ? std::string() : render_report(context.out_style, report, told),
                 errors_text(context, report.problems), status_of(report.problems)};
}

Outcome failed(Context& context, const std::string& target, const Error& error) {
  rpc::Json body = rpc::to_json(error);
  body["exit_status"] = exit_status(error.code);
  return {{{"target", target}, {"error", std::move(body)}}, {}, errors_text(context, {error}), exit_status(error.code)};
}

// These are not about one target: the next one would fail in the same way.
bool is_about_all(const Context& context, const Error& error) {
  return error.code == ErrorCode::config_untrusted || error.code == ErrorCode::daemon_unreachable ||
         context.interrupts.token().stop_requested();
}

}  // namespace

Result<int> run_ensure_all(Context& context) {
  if (context.arguments.given("TARGET"))
    return fail(ErrorCode::usage, "helper ensure", "--all and the name of a target do not go together",
                "helper ensure --all");
  HELPER_TRY_ASSIGN(const std::filesystem::path file, config_file(context));
  HELPER_TRY_ASSIGN(const Answer listed, request(context, "targets", params_of(context, file, "")));
  HELPER_TRY_ASSIGN(const ensure::TargetList list, rpc::target_list_from_json(listed.result));
  const bool plans = context.arguments.has("--dry-run");
  int width = 0;
  for (const auto& each : list.targets) width = std::max(width, display_width(each.name));
  rpc::Json documents = rpc::Json::array();
  int status = 0;
  for (const auto& [name, server, container] : list.targets) {
    const About about{name, pad(safe_line(name, context.err_style.utf8), width) + " | "};
    const auto params = params_of(context, file, name);
    auto done = plans ? plan_one(context, params, about) : ensure_one(context, params, about);
    const bool ends = !done && is_about_all(context, done.error());
    Outcome outcome = done ? std::move(*done) : failed(context, name, done.error());
    if (status == 0) status = outcome.status;
    if (!context.json) {
      context.out << prefixed(about.prefix, outcome.result) << std::flush;
      context.err << prefixed(about.prefix, outcome.problems);
    }
    documents.push_back(std::move(outcome.document));
    if (ends) break;
  }
  if (context.json) write_json(context, documents);
  if (status == 0 && !plans) offer_autostart(context, login_manager());
  return status;
}

}  // namespace helper::cli
