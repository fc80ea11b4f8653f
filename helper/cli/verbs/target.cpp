#include "cli/context.hpp"
#include "cli/login_manager.hpp"
#include "cli/ready.hpp"
#include "cli/render/render.hpp"
#include "cli/render/text.hpp"
#include "cli/request.hpp"
#include "cli/verbs/runners.hpp"
#include "rpc/types.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace helper::cli {
namespace {

int exit_status(ErrorCode code) { return error_kind(code).exit_status; }

// ensure, stop, restart, remove: they change things and answer with a Report.
Result<int> change(Context& context, const std::string& method, const rpc::Json& more = rpc::Json::object()) {
  HELPER_TRY_ASSIGN(rpc::Json params, target_params(context));
  params.update(more);
  if (const auto owner = context.arguments.given("--owner")) params["owner"] = *owner;
  HELPER_TRY_ASSIGN(const Answer answer, request(context, method, params));
  HELPER_TRY_ASSIGN(const ensure::Report report, rpc::report_from_json(answer.result));
  const int status = report.problems.empty() ? 0 : exit_status(report.problems.front().code);
  if (context.json) {
    write_json(context, answer.result);
    return status;
  }
  if (!context.quiet) context.out << render_report(context.out_style, report, answer.told_notes);
  for (const Error& problem : report.problems) context.err << render_error(context.err_style, problem);
  return status;
}

Result<int> show_known(Context& context, const ide::Access& settings) {
  ensure::Report report;
  report.target = settings.target;
  report.state = "ready";
  report.settings = settings;
  if (context.json) {
    write_json(context, rpc::to_json(report));
  } else if (!context.quiet) {
    context.out << render_report(context.out_style, report, {});
  }
  return 0;
}

Result<rpc::Json> ask_plan(Context& context, const std::string& power) {
  HELPER_TRY_ASSIGN(rpc::Json params, target_params(context));
  params["power"] = power;
  HELPER_TRY_ASSIGN(Answer answer, request(context, "plan", params));
  return std::move(answer.result);
}

Result<int> show_plan(Context& context, const std::string& power) {
  HELPER_TRY_ASSIGN(const rpc::Json json, ask_plan(context, power));
  HELPER_TRY_ASSIGN(const ensure::PlanReport plan, rpc::plan_report_from_json(json));
  if (context.json) {
    write_json(context, json);
  } else {
    context.out << render_plan(context.out_style, plan);
  }
  return plan.problems.empty() ? 0 : exit_status(plan.problems.front().code);
}

// "container web", or the target where there is no container any more.
std::string what_goes(const ensure::PlanReport& plan) {
  constexpr std::string_view k_verb = "remove ";
  for (const auto& step : plan.steps) {
    if (step.text.starts_with("remove container ")) return step.text.substr(k_verb.size());
  }
  return plan.target;
}

// Shows what would go and asks; error cancelled when the answer is no, usage when there is nobody to ask. False:
// nothing would go, and so nothing was asked.
Result<bool> confirm_removal(Context& context) {
  HELPER_TRY_ASSIGN(const rpc::Json json, ask_plan(context, "absent"));
  HELPER_TRY_ASSIGN(const ensure::PlanReport plan, rpc::plan_report_from_json(json));
  if (plan.steps.empty()) return false;
  if (!context.can_ask) {
    std::string steps;
    for (const auto& step : plan.steps) steps += (steps.empty() ? "" : ", ") + step.text;
    for (const auto& loss : plan.losses) steps += "; " + loss;
    return fail(
        ErrorCode::usage, "helper remove",
        "there is nobody to ask whether to do this: " + steps +
            "; what was written in a container outside its mounts is lost with it",
        "keep a copy first: helper snapshot " + plan.target + "; then: helper remove " + plan.target + " --yes");
  }
  Question question{Question::Kind::confirm, "Remove " + what_goes(plan) + "?", {}};
  for (const auto& step : plan.steps) question.details.push_back("  " + step.text);
  question.details.insert(question.details.end(), plan.losses.begin(), plan.losses.end());
  question.details.push_back(
      "What was written in the container outside its mounts is lost; to keep a copy first: helper snapshot " +
      plan.target);
  HELPER_TRY_ASSIGN(const std::string answer, context.person.ask(question, context.interrupts.token()));
  if (answer != "yes") return fail(ErrorCode::cancelled, plan.target, "nothing was removed");
  return true;
}

// Ctrl-C is how it ends, and no error to speak of.
Result<int> follow_logs(Context& context, rpc::Json params) {
  if (context.json) return fail(ErrorCode::usage, "helper logs", "--follow has no end, and --json is one document");
  params["follow"] = true;
  const auto show = [&](const std::string& text) {
    context.out << (context.out_is_terminal ? safe_block(text, context.out_style.utf8) : text) << std::flush;
    return static_cast<bool>(context.out);
  };
  const auto answer = request(context, "logs", params, show);
  if (answer || !context.out) return 0;  // run() reports an output that cannot be written
  if (context.interrupts.token().stop_requested()) return exit_status(ErrorCode::cancelled);
  return fail(answer.error());
}

// No daemon is asked for it: one that cannot start writes the reason there.
Result<int> show_daemon_log(Context& context) {
  if (context.arguments.has("--follow"))
    return fail(ErrorCode::usage, "helper logs", "--daemon and --follow do not go together", "helper logs --daemon");
  HELPER_TRY_ASSIGN(const Paths paths, context.paths());
  const std::filesystem::path file = paths.daemon_log();
  HELPER_TRY_ASSIGN(const auto text, context.files.read(file));
  if (!text)
    return fail(ErrorCode::file_failed, file.string(), "it does not exist: no daemon has run yet", "helper ensure");
  std::string_view last = *text;
  std::size_t begin = last.size();
  for (int line = 0; line <= context.arguments.number("--lines") && begin != std::string_view::npos && begin > 0;
       ++line)
    begin = last.rfind('\n', begin - 1);
  if (begin != std::string_view::npos && begin > 0) last.remove_prefix(begin + 1);
  if (context.json) {
    write_json(context, {{"file", file.string()}, {"text", std::string(last)}});
  } else {
    context.out << (context.out_is_terminal ? safe_block(last, context.out_style.utf8) : std::string(last));
  }
  return 0;
}

}  // namespace

Result<int> run_ensure(Context& context) {
  if (context.arguments.has("--all")) return run_ensure_all(context);
  if (context.arguments.has("--dry-run")) return show_plan(context, "running");
  if (context.arguments.has("--quick") && !context.arguments.has("--recreate")) {
    if (const auto known = known_and_answering(context)) return show_known(context, *known);
  }
  auto status = change(context, "ensure",
                       {{"recreate", context.arguments.has("--recreate")},
                        {"yes", context.arguments.has("--yes")},
                        {"offers", context.can_ask}});
  if (status && *status == 0) offer_autostart(context, login_manager());
  return status;
}

Result<int> run_plan(Context& context) { return show_plan(context, context.arguments.text("--power")); }

Result<int> run_status(Context& context) {
  HELPER_TRY_ASSIGN(const rpc::Json params, target_params(context));
  HELPER_TRY_ASSIGN(const Answer answer, request(context, "status", params));
  HELPER_TRY_ASSIGN(const std::vector<ensure::TargetStatus> targets, rpc::statuses_from_json(answer.result));
  if (context.json) {
    write_json(context, answer.result);
  } else if (context.arguments.has("--long") || context.arguments.given("TARGET")) {
    context.out << render_status(context.out_style, targets);
  } else {
    context.out << render_status_lines(context.out_style, targets,
                                       context.out_is_terminal ? context.out_style.width : 0);
  }
  const bool ready = std::ranges::all_of(targets, [](const auto& target) { return target.state == "ready"; });
  return ready ? 0 : exit_status(ErrorCode::not_ready);
}

Result<int> run_stop(Context& context) { return change(context, "stop", {{"yes", context.arguments.has("--yes")}}); }

Result<int> run_restart(Context& context) {
  return change(context, "restart", {{"yes", context.arguments.has("--yes")}});
}

Result<int> run_eject(Context& context) { return change(context, "eject", {{"yes", context.arguments.has("--yes")}}); }

Result<int> run_remove(Context& context) {
  bool yes = context.arguments.has("--yes");
  if (!yes) {
    HELPER_TRY_ASSIGN(yes, confirm_removal(context));
  }
  return change(context, "remove", {{"yes", yes}});
}

Result<int> run_snapshot(Context& context) {
  HELPER_TRY_ASSIGN(rpc::Json params, target_params(context));
  if (const auto tag = context.arguments.given("--tag")) params["image"] = *tag;
  params["yes"] = context.arguments.has("--yes");
  if (const auto owner = context.arguments.given("--owner")) params["owner"] = *owner;
  HELPER_TRY_ASSIGN(const Answer answer, request(context, "snapshot", params));
  HELPER_TRY_ASSIGN(const ensure::SnapshotReport report, rpc::snapshot_report_from_json(answer.result));
  if (context.json) {
    write_json(context, answer.result);
  } else if (!context.quiet) {
    context.out << render_snapshot(context.out_style, report);
  }
  return 0;
}

Result<int> run_list(Context& context) {
  HELPER_TRY_ASSIGN(const rpc::Json params, target_params(context));
  HELPER_TRY_ASSIGN(const Answer answer, request(context, "list", params));
  HELPER_TRY_ASSIGN(const std::vector<ensure::ServerList> lists, rpc::lists_from_json(answer.result));
  if (context.json) {
    write_json(context, answer.result);
  } else {
    context.out << render_lists(context.out_style, lists);
  }
  const auto failed = std::ranges::find_if(lists, [](const auto& list) { return list.error.has_value(); });
  return failed == lists.end() ? 0 : exit_status(failed->error->code);
}

Result<int> run_logs(Context& context) {
  if (context.arguments.has("--daemon")) return show_daemon_log(context);
  HELPER_TRY_ASSIGN(rpc::Json params, target_params(context));
  params["lines"] = context.arguments.number("--lines");
  params["yes"] = context.arguments.has("--yes");
  if (const auto owner = context.arguments.given("--owner")) params["owner"] = *owner;
  if (context.arguments.has("--follow")) return follow_logs(context, std::move(params));
  HELPER_TRY_ASSIGN(const Answer answer, request(context, "logs", params));
  if (context.json) {
    write_json(context, answer.result);
    return 0;
  }
  HELPER_TRY_ASSIGN(const ensure::LogText log, rpc::log_text_from_json(answer.result));
  // A pipe or a file gets what the container wrote; only a terminal must be protected from it.
  context.out << (context.out_is_terminal ? safe_block(log.text, context.out_style.utf8) : log.text);
  if (!log.text.empty() && log.text.back() != '\n') context.out << "\n";
  if (log.text.empty() && !context.quiet)
    context.err << render_note(context.err_style, "the container has written nothing to its log yet");
  return 0;
}

}  // namespace helper::cli
