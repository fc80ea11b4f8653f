#include "base/process/local_runner.hpp"

namespace helper {
namespace {

// Linux takes 128 KiB for one argument (MAX_ARG_STRLEN, execve(2)); we stay below it on every system.
constexpr std::size_t k_max_script = 100'000;

}  // namespace

Result<CommandOutput> LocalRunner::run(const Command& command, const std::stop_token& stop,
                                       const OutputSink& on_output) {
  if (command.script.size() > k_max_script) {
    return fail(ErrorCode::server_command, where(),
                "a script of " + std::to_string(command.script.size()) + " bytes is too long to run");
  }
  const ProcessSpec spec{{"sh", "-c", command.script}, command.stdin_text, {}, command.timeout,
                         command.stdin_file,           keep_output_};
  auto output = run_process(spec, stop, on_output);
  if (!output) output.error().thing = where();
  return output;
}

}  // namespace helper
