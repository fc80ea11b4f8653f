#include "engine/run.hpp"

#include "base/shell.hpp"

namespace helper::engine {

Command command(const Argv& argv, Milliseconds limit, std::string stdin_text) {
  return {k_engine_path + shell::quote(argv), std::move(stdin_text), limit};
}

Result<void> run_engine(CommandRunner& server, const EngineCli& cli, const Command& what, const std::string& name,
                        const std::stop_token& stop) {
  HELPER_TRY(run_or_fail(server, what,
                         {ErrorCode::container_failed, "container " + name,
                          "look at it on the server: " + cli.program + " inspect " + shell::quote(name)},
                         stop));
  return {};
}

Result<void> run_engine(CommandRunner& server, const EngineCli& cli, std::initializer_list<std::string> words,
                        const std::string& name, const std::stop_token& stop) {
  return run_engine(server, cli, command(cli.argv(words), k_start_limit), name, stop);
}

}  // namespace helper::engine
