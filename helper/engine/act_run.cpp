#include "engine/act_run.hpp"

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

}  // namespace helper::engine
