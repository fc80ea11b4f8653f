#include "cli/context.hpp"
#include "cli/openssh.hpp"
#include "cli/request.hpp"
#include "cli/runners.hpp"
#include "rpc/types.hpp"

namespace helper::cli {
namespace {

// Of a target that is ready; else the error says what it lacks.
Result<ide::Interpreter> ready_settings(Context& context, const std::string& target) {
  HELPER_TRY_ASSIGN(const rpc::Json params, target_params(context, target));
  HELPER_TRY_ASSIGN(const Answer answer, request(context, "settings", params));
  return rpc::interpreter_from_json(answer.result);
}

}  // namespace

Result<int> run_exec(Context& context) {
  HELPER_TRY_ASSIGN(const auto interpreter, ready_settings(context, context.arguments.text("TARGET")));
  const bool terminal = context.in_is_terminal && context.out_is_terminal;
  HELPER_TRY_ASSIGN(const auto argv, exec_argv(interpreter, context.arguments.rest(), terminal));
  return context.become(argv);
}

Result<int> run_cp(Context& context) {
  HELPER_TRY_ASSIGN(const Copy copy, parse_copy(context.arguments.text("FROM"), context.arguments.text("TO")));
  HELPER_TRY_ASSIGN(const auto interpreter, ready_settings(context, copy.target));
  HELPER_TRY_ASSIGN(const auto argv, copy_argv(interpreter, copy, context.quiet));
  return context.become(argv);
}

}  // namespace helper::cli
