#include "base/shell.hpp"
#include "cli/context.hpp"
#include "cli/openssh.hpp"
#include "cli/pump.hpp"
#include "cli/ready.hpp"
#include "cli/render/render.hpp"
#include "cli/request.hpp"
#include "cli/verbs/runners.hpp"
#include "ensure/banner.hpp"
#include "rpc/types.hpp"

#include <filesystem>
#include <unistd.h>

namespace helper::cli {

namespace {

namespace fs = std::filesystem;

// Of a target that is ready; else the error says what it lacks.
Result<ide::Access> ready_settings(Context& context, const std::string& target) {
  HELPER_TRY_ASSIGN(const rpc::Json params, target_params(context, target));
  HELPER_TRY_ASSIGN(const Answer answer, request(context, "settings", params));
  return rpc::interpreter_from_json(answer.result);
}

}  // namespace

Result<int> run_exec(Context& context) {
  const std::string target = context.arguments.text("TARGET");
  auto access = ready_settings(context, target);
  if (!access && access.error().code == ErrorCode::config_target && context.arguments.rest().empty() && !target.empty())
    access.error().fix = "for a command: helper exec -- " + shell::quote(target);
  HELPER_TRY(access);
  const bool terminal = context.in_is_terminal && context.out_is_terminal;
  HELPER_TRY_ASSIGN(auto argv, exec_argv(*access, context.arguments.rest(), terminal));
  if (context.arguments.has("--x11")) argv.insert(argv.begin() + 1, "-X");
  return context.become(argv);
}

namespace {

// Python's own words ("can't open file") do not tell that the file is on this machine, and was never sent.
std::vector<std::string> only_if_there(const std::string& script, const std::string& target, const fs::path& here,
                                       std::vector<std::string> words) {
  std::error_code none;
  const std::string folder = fs::path(script).parent_path().string();
  const std::string there = "helper exec " + target + " -- ";
  const std::string made = folder.empty() ? "" : there + shell::quote({"mkdir", "-p", folder}) + " && ";
  const std::string fix = fs::is_regular_file(here, none) ? made + "helper cp " + shell::quote(here.string()) + " " +
                                                                shell::quote(target + ":" + script)
                                                          : there + shell::quote({"ls", folder.empty() ? "." : folder});
  const Error error{ErrorCode::inside_failed, script, "the container has no such file", fix};
  std::vector<std::string> all{"sh",
                               "-c",
                               R"([ -e "$2" ] || { printf %s "$0" >&2; exit "$1"; }; shift 2; exec "$@")",
                               render_error({}, error),
                               std::to_string(error_kind(error.code).exit_status),
                               script};
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

}  // namespace

Result<int> run_script(Context& context) {
  HELPER_TRY_ASSIGN(const auto access, ready_settings(context, context.arguments.text("TARGET")));
  if (access.python.empty())
    return fail(ErrorCode::python_missing, access.target,
                "no Python of its container is chosen: " + access.python_cause, "helper python list " + access.target);
  const std::string file = context.arguments.text("FILE.py");
  const std::string script = script_there(access, file, context.folder);
  std::vector<std::string> words{access.python, script};
  const auto& rest = context.arguments.rest();
  words.insert(words.end(), rest.begin(), rest.end());
  words = only_if_there(script, access.target, context.folder / file, std::move(words));
  HELPER_TRY_ASSIGN(const auto argv, exec_argv(access, words, context.in_is_terminal && context.out_is_terminal));
  return context.become(argv);
}

Result<int> run_cp(Context& context) {
  HELPER_TRY_ASSIGN(const Copy copy, parse_copy(context.arguments.text("FROM"), context.arguments.text("TO")));
  HELPER_TRY_ASSIGN(const auto access, ready_settings(context, copy.target));
  HELPER_TRY_ASSIGN(auto argv, copy_argv(access, copy, context.quiet));
  HELPER_TRY_ASSIGN(const auto asked, copy_settings_argv(access));
  const auto settings = context.process({asked, {}, {}}, {});
  if (settings && names_session_type(settings->out)) argv.insert(argv.begin() + 1, "-s");
  return context.become(argv);
}

namespace {

// A known way answers within a round trip or two; a new one may still be connecting its link.
constexpr Milliseconds k_known_limit{3'000};
constexpr Milliseconds k_made_limit{10'000};

// Without a Python the container can still be reached, so that one can be installed in it.
Result<ide::Access> reachable(Context& context) {
  auto settings = made_ready(context, {{"by_itself", !context.can_ask}});
  if (settings || settings.error().code != ErrorCode::python_missing) return settings;
  context.err << render_error(context.err_style, settings.error());
  HELPER_TRY_ASSIGN(const rpc::Json params, target_params(context));
  HELPER_TRY_ASSIGN(const Answer answer, request(context, "settings", params));
  return rpc::interpreter_from_json(answer.result);
}

Result<Fd> way_in(Context& context) {
  const auto& stop = context.interrupts.token();
  if (const auto settings = known(context)) {
    if (Fd way = ensure::ssh_at(settings->port, k_known_limit, stop)) return way;
  }
  HELPER_TRY_ASSIGN(const ide::Access settings, reachable(context));
  if (Fd way = ensure::ssh_at(settings.port, k_made_limit, stop)) return way;
  if (stop.stop_requested()) return fail(ErrorCode::cancelled, settings.target, "the connection was cancelled");
  return fail(
      ErrorCode::tunnel_failed, settings.target,
      "no SSH server answers at " + settings.host + ":" + std::to_string(settings.port) + " although it is ready",
      "helper status " + settings.target);
}

}  // namespace

Result<int> run_connect(Context& context) {
  if (context.json) return fail(ErrorCode::usage, "helper connect", "its standard output is the connection, not JSON");
  // ssh passes our standard error on. In a terminal a person waits there; anywhere else only an error is wanted.
  context.quiet = context.quiet || !context.err_style.live;
  HELPER_TRY_ASSIGN(const Fd way, way_in(context));
  HELPER_TRY(pump(way, STDIN_FILENO, STDOUT_FILENO, context.interrupts.token()));
  return 0;
}

}  // namespace helper::cli
