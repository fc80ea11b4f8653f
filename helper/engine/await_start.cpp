#include "engine/await_start.hpp"

#include "base/shell.hpp"

namespace helper::engine {

Result<bool> await_start(CommandRunner& server, const EngineCli& cli, const std::string& container,
                         const std::stop_token& stop) {
  Command what;
  // Both engines match the beginning of an id too: the name is looked at here.
  const Argv argv = cli.argv({"events", "--filter", "type=container", "--filter", "event=start", "--filter",
                              "event=unpause", "--filter", "container=" + container, "--format",
                              cli.program == "podman" ? "{{.Name}}" : "{{.Actor.Attributes.name}}"});
  what.script = std::string(k_engine_path) + "exec " + shell::quote(argv) + " --until $(($(date +%s) + " +
                std::to_string(k_events_limit.count()) + "))";
  what.timeout = k_events_limit + std::chrono::minutes(1);
  what.summary = cli.program + " events";
  // The first event ends the command.
  std::stop_source enough;
  const std::stop_callback from_outside(stop, [&] { enough.request_stop(); });
  std::string seen;
  bool started = false;
  const auto output = server.run(what, enough.get_token(), [&](std::string_view piece) {
    seen += piece;
    started = started || ("\n" + seen).find("\n" + container + "\n") != std::string::npos;
    if (started || seen.size() > k_max_command_output) enough.request_stop();
  });
  if (started) return true;
  if (!output) return fail(output.error());
  if (output->exit_status == 0) return false;
  return fail(ErrorCode::engine_failed, "the events of " + cli.program,
              "they cannot be followed: " + failure_words(output->err), "");
}

}  // namespace helper::engine
