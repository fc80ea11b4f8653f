#include "cli/context.hpp"
#include "cli/render.hpp"
#include "cli/render_python.hpp"
#include "cli/request.hpp"
#include "cli/runners.hpp"
#include "rpc/types.hpp"

namespace helper::cli {

Result<int> run_gpu(Context& context) {
  HELPER_TRY_ASSIGN(rpc::Json params, target_params(context));
  params["check"] = context.arguments.has("--check");
  HELPER_TRY_ASSIGN(const Answer answer, request(context, "gpu", params));
  HELPER_TRY_ASSIGN(const ensure::GpuReport report, rpc::gpu_report_from_json(answer.result));
  if (context.json) {
    write_json(context, answer.result);
  } else {
    context.out << render_gpus(context.out_style, report);
    for (const Error& problem : report.problems) context.err << render_error(context.err_style, problem);
  }
  return report.problems.empty() ? 0 : error_kind(report.problems.front().code).exit_status;
}

}  // namespace helper::cli
