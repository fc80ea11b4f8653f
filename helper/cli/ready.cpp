#include "cli/ready.hpp"

#include "cli/render/render.hpp"
#include "cli/request.hpp"
#include "ensure/banner.hpp"
#include "rpc/types.hpp"

namespace helper::cli {
namespace {

// A way that works answers within a round trip or two; after that a look is a better use of the time.
constexpr Milliseconds k_answer_limit{2'000};

}  // namespace

std::optional<ide::Access> known(Context& context) { return known(context, context.arguments.text("TARGET")); }

std::optional<ide::Access> known(Context& context, const std::string& target) {
  const auto params = target_params(context, target);
  auto daemon = context.daemon();
  if (!params || !daemon) return std::nullopt;
  const auto answer = (*daemon)->call("known", *params, {}, context.interrupts.token());
  if (!answer) return std::nullopt;
  const auto settings = rpc::interpreter_from_json(*answer);
  return settings ? std::optional(*settings) : std::nullopt;
}

std::optional<ide::Access> known_and_answering(Context& context) {
  return known_and_answering(context, context.arguments.text("TARGET"));
}

std::optional<ide::Access> known_and_answering(Context& context, const std::string& target) {
  auto settings = known(context, target);
  if (settings && !ensure::ssh_answers(settings->port, k_answer_limit, context.interrupts.token())) return std::nullopt;
  return settings;
}

Result<ide::Access> made_ready(Context& context, const rpc::Json& more) {
  HELPER_TRY_ASSIGN(rpc::Json params, target_params(context));
  params.update(more);
  HELPER_TRY_ASSIGN(const Answer answer, request(context, "ensure", params));
  HELPER_TRY_ASSIGN(const ensure::Report report, rpc::report_from_json(answer.result));
  if (!report.settings)
    return fail(ErrorCode::not_ready, report.target, "it is " + report.state, "helper ensure " + report.target);
  if (!context.json) {
    for (const Error& problem : report.problems) context.err << render_error(context.err_style, problem);
  }
  return *report.settings;
}

}  // namespace helper::cli
