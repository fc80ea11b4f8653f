#include "engine/keeper.hpp"

#include "base/shell.hpp"
#include "engine/scripts.hpp"
#include "plan/our_names.hpp"

namespace helper::engine {
namespace {

using shell::assign;

constexpr Milliseconds k_send_limit = std::chrono::minutes(5);  // 1.3 MB
constexpr Milliseconds k_limit = std::chrono::seconds(60);

Failing failing(const EngineCli& cli, const std::string& keeper) {
  return {ErrorCode::container_failed, "container " + keeper,
          "look at it on the server: " + cli.program + " logs " + keeper};
}

std::string in_keeper(const EngineCli& cli, const std::string& keeper, const std::vector<std::string>& words) {
  std::vector<std::string> all{cli.program, "exec", "--interactive", "--", keeper, "/helper-keeper"};
  all.insert(all.end(), words.begin(), words.end());
  return k_engine_path + shell::quote(all);
}

std::string in_keeper_summary(const EngineCli& cli, const std::string& keeper, const char* what) {
  return cli.program + " exec " + keeper + " /helper-keeper " + what;
}

}  // namespace

Result<void> start_keeper(CommandRunner& server, const EngineCli& cli, const plan::StartKeeper& action,
                          const std::stop_token& stop) {
  Command command{k_engine_path + ("\n" + assign("engine", cli.program)) + assign("keeper", action.keeper) +
                      assign("image", plan::k_keeper_image) + assign("version", action.image.version) +
                      std::string(scripts::start_keeper),
                  {},
                  k_send_limit,
                  {},
                  "sh (start " + action.keeper + ")"};
  command.stdin_file = action.image.file;
  HELPER_TRY(run_or_fail(server, command, failing(cli, action.keeper), stop));
  return {};
}

Result<void> record_services(CommandRunner& server, const EngineCli& cli, const plan::RecordServices& action,
                             const std::string& record, const std::stop_token& stop) {
  HELPER_TRY(run_or_fail(
      server,
      {in_keeper(cli, action.keeper, {"record"}), record, k_limit, {}, in_keeper_summary(cli, action.keeper, "record")},
      failing(cli, action.keeper), stop));
  return {};
}

Result<void> forget_services(CommandRunner& server, const EngineCli& cli, const plan::ForgetServices& action,
                             const std::stop_token& stop) {
  const std::string script = k_engine_path + ("\n" + assign("engine", cli.program)) + assign("keeper", action.keeper) +
                             assign("id", action.id) + assign("image", plan::k_keeper_image) +
                             assign("may_go", action.keeper_may_go ? "yes" : "no") +
                             std::string(scripts::forget_services);
  HELPER_TRY(run_or_fail(server, {script, {}, k_limit, {}, in_keeper_summary(cli, action.keeper, "forget")},
                         failing(cli, action.keeper), stop));
  return {};
}

Result<void> await_keeper(CommandRunner& server, const EngineCli& cli, const plan::AwaitKeeper& action,
                          const std::stop_token& stop) {
  const std::string line = in_keeper(cli, action.keeper, {"await", action.id, action.run}) + " </dev/null";
  HELPER_TRY(server.run({line, {}, k_limit, {}, in_keeper_summary(cli, action.keeper, "await")}, stop));
  return {};
}

}  // namespace helper::engine
