#include "engine/act_run.hpp"

#include "base/shell.hpp"
#include "engine/cli.hpp"
#include "engine/read.hpp"

namespace helper::engine {

Command command(const Argv& argv, Milliseconds limit, std::string stdin_text) {
  return {k_engine_path + shell::quote(argv), std::move(stdin_text), limit};
}

Result<CommandOutput> run_or_fail(CommandRunner& server, const Command& what, ErrorCode code, const std::string& thing,
                                  const std::string& fix, const std::stop_token& stop, const OutputSink& on_output) {
  HELPER_TRY_ASSIGN(auto output, server.run(what, stop, on_output));
  if (output.exit_status == 0) return output;
  auto words = engine_words(output.err.empty() ? output.out : output.err);
  if (words.empty()) words = "it failed with exit status " + std::to_string(output.exit_status) + " and said nothing";
  return fail(code, thing, std::move(words), fix);
}

Result<void> run_inside(CommandRunner& server, const EngineCli& cli, const std::string& container,
                        const std::string& script, const std::string& doing, const std::stop_token& stop) {
  const char* const by_bundle =
      "b=/dev/helper/ssh/bin/busybox; if [ -x $b ]; then exec $b sh -c \"$0\"; else eval \"$0\"; fi";
  HELPER_TRY(run_or_fail(server,
                         command(exec_argv(cli, container, {"sh", "-c", by_bundle, script}, false), k_inside_limit),
                         ErrorCode::inside_failed, doing, look_inside(cli, container), stop));
  return {};
}

Result<void> run_engine(CommandRunner& server, const EngineCli& cli, const Command& what, const std::string& name,
                        const std::stop_token& stop) {
  HELPER_TRY(run_or_fail(server, what, ErrorCode::container_failed, "container " + name,
                         "look at it on the server: " + cli.program + " inspect " + shell::quote(name), stop));
  return {};
}

Result<void> run_engine(CommandRunner& server, const EngineCli& cli, std::initializer_list<std::string> words,
                        const std::string& name, const std::stop_token& stop) {
  return run_engine(server, cli, command(cli.argv(words), k_start_limit), name, stop);
}

std::string assign(const char* name, const std::string& value) {
  return std::string(name) + "=" + shell::quote(value) + "\n";
}

std::string look_inside(const EngineCli& cli, const std::string& container) {
  return "look inside, on the server: " + cli.program + " exec -it " + shell::quote(container) + " sh";
}

}  // namespace helper::engine
