#include "cli/render/python.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"
#include "cli/context.hpp"
#include "cli/render/render.hpp"
#include "cli/render/text.hpp"
#include "cli/request.hpp"
#include "cli/verbs/runners.hpp"
#include "config/find.hpp"
#include "config/parse.hpp"
#include "config/splice.hpp"
#include "config/values.hpp"
#include "rpc/types.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace helper::cli {

namespace {

Result<int> list_pythons(Context& context) {
  const auto target = context.arguments.given("SPEC");  // `list` has no SPEC: its first word is the target
  if (target && context.arguments.has("TARGET"))
    return fail(ErrorCode::usage, "helper python list", "it takes one target", "helper python list --help");
  HELPER_TRY_ASSIGN(const rpc::Json params, target_params(context, target.value_or("")));
  HELPER_TRY_ASSIGN(const Answer answer, request(context, "pythons", params));
  HELPER_TRY_ASSIGN(const ensure::PythonList list, rpc::python_list_from_json(answer.result));
  if (context.json) {
    write_json(context, answer.result);
  } else {
    context.out << render_pythons(context.out_style, list);
  }
  const bool is_chosen = std::ranges::any_of(list.pythons, &ensure::PythonEntry::chosen);
  return is_chosen ? 0 : error_kind(ErrorCode::python_missing).exit_status;
}

// The mode that the file has, so that a config that others may read stays so.
mode_t mode_of(const std::filesystem::path& file) {
  std::error_code unknown;
  const auto status = std::filesystem::status(file, unknown);
  return unknown ? mode_t{0600} : static_cast<mode_t>(status.permissions() & std::filesystem::perms::mask);
}

// Error: the container was looked into and has conda environments, but none of that name. A container that cannot be
// looked into now refuses nothing: the config may be written before it is made.
Result<void> check_environment(Context& context, const std::string& spec, const std::string& target) {
  constexpr std::string_view k_conda = "conda:";
  if (!spec.starts_with(k_conda)) return {};
  HELPER_TRY_ASSIGN(const rpc::Json params, target_params(context, target));
  const auto answer = request(context, "pythons", params);
  if (!answer) {
    if (answer.error().code == ErrorCode::cancelled) return fail(answer.error());
    if (!context.quiet && !context.json)
      context.err << render_note(context.err_style, "not checked in the container: " + sentence(answer.error()));
    return {};
  }
  HELPER_TRY_ASSIGN(const ensure::PythonList list, rpc::python_list_from_json(answer->result));
  if (std::ranges::find(list.unasked, spec) != list.unasked.end()) return {};
  std::vector<std::string> found;
  for (const auto& python : list.pythons) {
    for (const auto& source : python.sources) {
      if (source == spec) return {};
      if (source.starts_with(k_conda)) found.push_back(source);
    }
  }
  if (found.empty() && list.pythons.empty()) return {};
  if (found.empty()) {
    return fail(ErrorCode::python_missing, spec, "the container has no environment of conda",
                "helper python list " + shell::quote(target));
  }
  const std::vector<std::string_view> names(found.begin(), found.end());
  const auto close = nearest(spec, names);
  return fail(ErrorCode::python_missing, spec, "the container has no such environment; found are: " + joined(found),
              "helper python use " + shell::quote({close ? std::string(*close) : found.front(), target}));
}

Result<int> use_python(Context& context) {
  const auto spec = context.arguments.given("SPEC");
  if (!spec) {
    return fail(ErrorCode::usage, "helper python use", "it does not say which",
                "see which there are: helper python list; or let helper choose: helper python use auto");
  }
  if (const auto bad = config::check_python(*spec)) return fail(ErrorCode::usage, *spec, bad->cause, bad->fix);
  HELPER_TRY_ASSIGN(const std::filesystem::path read, config_file(context));
  HELPER_TRY_ASSIGN(const config::Config config, config::load_config(context.files, read));
  HELPER_TRY_ASSIGN(const config::Target target, config::choose_target(config, context.arguments.text("TARGET")));
  HELPER_TRY(check_environment(context, *spec, target.name));
  const std::vector<std::string> key{"targets", target.name, "python"};
  HELPER_TRY_ASSIGN(const config::WrittenFile in, config::file_with(context.files, read, key));
  const std::filesystem::path& file = in.file;
  HELPER_TRY_ASSIGN(const std::string after,
                    config::with_value(in.text, key, rpc::Json(*spec).dump(), file.filename().string()));
  const bool changed = after != in.text;
  if (changed) HELPER_TRY(context.files.write(file, after, mode_of(file)));
  if (context.json) {
    write_json(context, {{"target", target.name}, {"config", file.string()}, {"python", *spec}, {"changed", changed}});
  } else if (!context.quiet) {
    const std::string name = safe_line(target.name, context.out_style.utf8);
    context.out << fmt::format(
        "{}: \"python\": {} {}\nnext: helper ensure {}\n", safe_line(file.string(), context.out_style.utf8),
        safe_line(rpc::Json(*spec).dump(), context.out_style.utf8), changed ? "is written" : "is there already", name);
  }
  return 0;
}

}  // namespace

Result<int> run_python(Context& context) {
  return context.arguments.text("ACTION") == "use" ? use_python(context) : list_pythons(context);
}

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
