#include "engine/act.hpp"

#include "base/shell.hpp"
#include "engine/act_run.hpp"
#include "engine/cli.hpp"
#include "engine/progress.hpp"

namespace helper::engine {
namespace {

constexpr Milliseconds k_pull_limit = std::chrono::minutes(60);
constexpr Milliseconds k_inside_limit = std::chrono::seconds(30);

}  // namespace

Result<void> pull_image(CommandRunner& server, const plan::PullImage& action, const OutputSink& on_progress,
                        const std::stop_token& stop) {
  PullProgress progress(on_progress);
  HELPER_TRY(run_or_fail(server, command({"docker", "pull", "--", action.image}, k_pull_limit),
                         ErrorCode::image_missing, "image " + action.image,
                         "build it on the server (docker build -t " + shell::quote(action.image) +
                             " .), load it (docker load), or name another in helper.json: \"image\"",
                         stop, [&](std::string_view piece) { progress.take(piece); }));
  return {};
}

Result<void> create_container(CommandRunner& server, const plan::Desired& desired, const plan::CreateContainer& action,
                              const std::stop_token& stop) {
  const auto& config = desired.target.container;
  Command create = command(create_argv(desired, action), k_start_limit, env_input(config));
  create.script.insert(0, env_exports(config));
  return run_engine(server, create, action.name, stop);
}

Result<void> start_container(CommandRunner& server, const std::string& name, const std::stop_token& stop) {
  return run_engine(server, {"docker", "start", "--", name}, name, stop);
}

Result<void> unpause_container(CommandRunner& server, const std::string& name, const std::stop_token& stop) {
  return run_engine(server, {"docker", "unpause", "--", name}, name, stop);
}

Result<void> stop_container(CommandRunner& server, const std::string& name, const std::stop_token& stop) {
  return run_engine(server, {"docker", "stop", "--", name}, name, stop);
}

Result<void> remove_container(CommandRunner& server, const std::string& name, const std::stop_token& stop) {
  return run_engine(server, {"docker", "rm", "--", name}, name, stop);
}

Result<std::string> container_logs(CommandRunner& server, const std::string& container, int lines,
                                   const std::stop_token& stop) {
  Command what = command({"docker", "logs", "--tail", std::to_string(lines), "--", container}, k_inside_limit);
  what.script += " 2>&1";
  HELPER_TRY_ASSIGN(auto output, run_or_fail(server, what, ErrorCode::engine_failed, "container " + container,
                                             "on the server: docker ps -a", stop));
  return std::move(output.out);
}

}  // namespace helper::engine
