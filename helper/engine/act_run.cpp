#include "engine/act_run.hpp"

#include "base/shell.hpp"
#include "engine/read.hpp"

namespace helper::engine {

Result<CommandOutput> run_or_fail(CommandRunner& server, const Command& what, ErrorCode code, const std::string& thing,
                                  const std::string& fix, const std::stop_token& stop, const OutputSink& on_output) {
  HELPER_TRY_ASSIGN(auto output, server.run(what, stop, on_output));
  if (output.exit_status == 0) return output;
  auto words = engine_words(output.err.empty() ? output.out : output.err);
  if (words.empty()) words = "it failed with exit status " + std::to_string(output.exit_status) + " and said nothing";
  return fail(code, thing, std::move(words), fix);
}

Command command(const Argv& argv, Milliseconds limit, std::string stdin_text) {
  return {k_path + shell::quote(argv), std::move(stdin_text), limit};
}

Result<void> run_engine(CommandRunner& server, const Command& what, const std::string& name,
                        const std::stop_token& stop) {
  HELPER_TRY(run_or_fail(server, what, ErrorCode::container_failed, "container " + name,
                         "look at it on the server: docker inspect " + shell::quote(name), stop));
  return {};
}

Result<void> run_engine(CommandRunner& server, const Argv& argv, const std::string& name, const std::stop_token& stop) {
  return run_engine(server, command(argv, k_start_limit), name, stop);
}

}  // namespace helper::engine
