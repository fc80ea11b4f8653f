#include "engine/act.hpp"

#include "base/shell.hpp"
#include "engine/act_run.hpp"
#include "engine/cli.hpp"
#include "engine/progress.hpp"

namespace helper::engine {
namespace {

constexpr Milliseconds k_pull_limit = std::chrono::minutes(60);

}  // namespace

Result<void> pull_image(CommandRunner& server, const EngineCli& cli, const plan::PullImage& action,
                        const OutputSink& on_progress, const std::stop_token& stop) {
  PullProgress progress(on_progress);
  HELPER_TRY(run_or_fail(server, command(cli.argv({"pull", "--", action.image}), k_pull_limit),
                         ErrorCode::image_missing, "image " + action.image,
                         "build it on the server (" + cli.program + " build -t " + shell::quote(action.image) +
                             " .), load it (" + cli.program + " load), or name another in helper.json: \"image\"",
                         stop, [&](std::string_view piece) { progress.take(piece); }));
  return {};
}

Result<void> create_container(CommandRunner& server, const EngineCli& cli, const plan::Desired& desired,
                              const plan::CreateContainer& action, const std::stop_token& stop) {
  const auto& config = desired.target.container;
  Command create = command(create_argv(cli, desired, action), k_start_limit, env_input(config));
  create.script.insert(0, env_exports(config));
  return run_engine(server, cli, create, action.name, stop);
}

Result<void> start_container(CommandRunner& server, const EngineCli& cli, const std::string& name,
                             const std::stop_token& stop) {
  return run_engine(server, cli, {"start", "--", name}, name, stop);
}

Result<void> unpause_container(CommandRunner& server, const EngineCli& cli, const std::string& name,
                               const std::stop_token& stop) {
  return run_engine(server, cli, {"unpause", "--", name}, name, stop);
}

Result<void> stop_container(CommandRunner& server, const EngineCli& cli, const std::string& name,
                            const std::stop_token& stop) {
  return run_engine(server, cli, {"stop", "--", name}, name, stop);
}

Result<void> remove_container(CommandRunner& server, const EngineCli& cli, const std::string& name,
                              const std::stop_token& stop) {
  return run_engine(server, cli, {"rm", "--", name}, name, stop);
}

Result<std::string> container_logs(CommandRunner& server, const EngineCli& cli, const std::string& container, int lines,
                                   const std::stop_token& stop) {
  Command what = command(cli.argv({"logs", "--tail", std::to_string(lines), "--", container}), k_inside_limit);
  what.script += " 2>&1";
  HELPER_TRY_ASSIGN(auto output, run_or_fail(server, what, ErrorCode::engine_failed, "container " + container,
                                             "on the server: " + cli.program + " ps -a", stop));
  return std::move(output.out);
}

}  // namespace helper::engine
