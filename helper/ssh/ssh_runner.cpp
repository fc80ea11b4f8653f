#include "ssh/ssh_runner.hpp"

#include "base/log.hpp"
#include "ssh/file_command.hpp"
#include "ssh/shell_channel.hpp"

#include <utility>

namespace helper::ssh {
namespace {

constexpr Milliseconds k_ping_limit{5'000};

}  // namespace

struct SshRunner::State {
  std::string destination;
  ConnectOptions options;
  KeepOutput keep_output = KeepOutput::all;
  std::unique_ptr<Session> session;
  std::unique_ptr<ShellChannel> shell;  // on `session`
  std::uint64_t commands = 0;

  // Drops what is of no more use.
  void tidy_up() {
    if (shell == nullptr || shell->health() == ShellChannel::Health::good) return;
    const bool lost = shell->health() == ShellChannel::Health::lost;
    shell.reset();
    if (lost) session.reset();
  }

  Result<void> make_ready(const std::stop_token& stop) {
    if (shell && !shell->still_stands()) {
      log_info("{}: the connection ended while it was idle; dialling again", destination);
      tidy_up();
    }
    if (shell && shell->is_stale()) {
      ++commands;
      const auto answer = shell->run(Command{":", {}, k_ping_limit}, stop, {});
      if (stop.stop_requested())
        return fail(answer ? Error{ErrorCode::cancelled, destination, "the request was cancelled", {}}
                           : answer.error());
      if (!answer) {
        log_info("{}: no answer after a long silence ({}); dialling again", destination, answer.error().cause);
        shell.reset();
        session.reset();
      }
    }
    if (shell) return {};
    if (session && open_shell(stop)) return {};
    session.reset();
    HELPER_TRY_ASSIGN(const HostConfig host, resolve_host(destination, stop));
    HELPER_TRY_ASSIGN(session, Session::connect(host, options, stop));
    return open_shell(stop);
  }

  Result<CommandOutput> run_with_file(const Command& command, const std::stop_token& stop, const OutputSink& sink) {
    auto end = ssh::run_with_file(*session, command, stop, sink);
    if (!end.output) log_info("{}: {}", destination, end.output.error().cause);
    if (end.session_is_lost) {
      shell.reset();
      session.reset();
    }
    return std::move(end.output);
  }

  Result<void> open_shell(const std::stop_token& stop) {
    HELPER_TRY_ASSIGN(shell, ShellChannel::open(*session, Limit(options.connect_timeout, stop)));
    return {};
  }
};

SshRunner::SshRunner(std::string destination, ConnectOptions options, KeepOutput keep_output)
    : state_(std::make_unique<State>()) {
  state_->destination = std::move(destination);
  state_->options = std::move(options);
  state_->keep_output = keep_output;
}

SshRunner::~SshRunner() = default;

Result<CommandOutput> SshRunner::run(const Command& command, const std::stop_token& stop, const OutputSink& on_output) {
  State& state = *state_;
  if (stop.stop_requested()) return fail(ErrorCode::cancelled, state.destination, "the request was cancelled");
  HELPER_TRY(state.make_ready(stop));
  ++state.commands;
  if (!command.stdin_file.empty()) return state.run_with_file(command, stop, on_output);
  auto output = state.shell->run(command, stop, on_output, state.keep_output);
  if (!output) log_info("{}: {}", state.destination, output.error().cause);
  state.tidy_up();
  return output;
}

std::string SshRunner::where() const { return state_->destination; }

std::uint64_t SshRunner::commands_run() const { return state_->commands; }

}  // namespace helper::ssh
