#include "cli/context.hpp"
#include "cli/render/text.hpp"
#include "cli/request.hpp"
#include "cli/verbs/runners.hpp"
#include "ensure/report.hpp"
#include "rpc/types.hpp"

#include <fmt/format.h>

namespace helper::cli {
namespace {

namespace fs = std::filesystem;

// FILE, or the helper.json in it when it is a folder; else the config that counts here.
Result<fs::path> file_of(Context& context) {
  const auto named = context.arguments.given("FILE");
  if (!named) return config_file(context);
  fs::path file = (context.folder / *named).lexically_normal();
  std::error_code not_there;
  if (fs::is_directory(file, not_there)) file /= k_project_config_name;
  if (fs::exists(file, not_there)) return file;
  return fail(ErrorCode::config_unreadable, file.string(), "there is no such file",
              "name a config, or a folder with a helper.json");
}

std::string how_it_came(const std::string& how) {
  if (how == "init") return "written by helper init";
  if (how == "own") return "your own config, approved as it was";
  if (how == "upgrade") return "in use before helper asked, approved as it was";
  return "approved by you";
}

Result<int> list(Context& context) {
  HELPER_TRY_ASSIGN(const Answer answer, request(context, "trust.list", rpc::Json::object()));
  HELPER_TRY_ASSIGN(const ensure::TrustList list, rpc::trust_list_from_json(answer.result));
  if (context.json) {
    write_json(context, answer.result);
    return 0;
  }
  const bool utf8 = context.out_style.utf8;
  if (list.entries.empty()) context.out << "no config is trusted yet\n";
  for (const auto& entry : list.entries) {
    context.out << fmt::format("{}\n    {}, {}\n", safe_line(entry.config_file, utf8), how_it_came(entry.how),
                               safe_line(entry.when, utf8));
  }
  return 0;
}

std::vector<std::string> lines_of(const ensure::TrustReport& report) {
  std::vector<std::string> lines;
  if (!report.changes.empty()) {
    lines.push_back(report.config_file + " has changed since you approved it:");
    for (const auto& change : report.changes) lines.push_back("  " + change);
    lines.emplace_back("All that it does now:");
  } else {
    lines.push_back(report.config_file + ":");
  }
  for (const auto& power : report.powers) lines.push_back("  " + power);
  return lines;
}

// The lines are seen before anything is approved: above the question, or on the output where there is nobody to ask.
Result<void> show_and_ask(Context& context, const ensure::TrustReport& report) {
  const auto lines = lines_of(report);
  if (context.can_ask) {
    const Question question{Question::Kind::confirm, "Do you trust this config?", lines};
    HELPER_TRY_ASSIGN(const std::string answer, context.person.ask(question, context.interrupts.token()));
    if (answer == "yes") return {};
    return fail(ErrorCode::cancelled, report.config_file, "you did not approve it");
  }
  if (context.json || context.quiet) return {};
  for (const auto& line : lines) context.out << safe_line(line, context.out_style.utf8) << "\n";
  return {};
}

}  // namespace

Result<int> run_trust(Context& context) {
  if (context.arguments.has("--list")) return list(context);
  HELPER_TRY_ASSIGN(const fs::path file, file_of(context));
  rpc::Json params = params_of(context, file, "");
  HELPER_TRY_ASSIGN(Answer answer, request(context, "trusted", params));
  HELPER_TRY_ASSIGN(const ensure::TrustReport report, rpc::trust_report_from_json(answer.result));
  const bool known = report.state == "trusted";
  if (!known) {
    HELPER_TRY(show_and_ask(context, report));
    params["digest"] = report.digest;
    HELPER_TRY_ASSIGN(answer, request(context, "trust", params));
  }
  if (context.json) {
    write_json(context, answer.result);
  } else if (!context.quiet) {
    context.out << fmt::format("{} {}\n", safe_line(file.string(), context.out_style.utf8),
                               known ? "is trusted already" : "is trusted");
  }
  return 0;
}

Result<int> run_untrust(Context& context) {
  HELPER_TRY_ASSIGN(const fs::path file, file_of(context));
  HELPER_TRY_ASSIGN(const Answer answer, request(context, "untrust", params_of(context, file, "")));
  if (context.json) {
    write_json(context, answer.result);
  } else if (!context.quiet) {
    const bool withdrawn = answer.result.value("withdrawn", false);
    context.out << fmt::format(
        "{} {}\n", safe_line(file.string(), context.out_style.utf8),
        withdrawn ? "is no longer trusted: the next command that uses it asks" : "was not trusted");
  }
  return 0;
}

}  // namespace helper::cli
