// The part of ForwardChannel that is about commands (Pipes).
#include "base/process/pipe_outcome.hpp"
#include "ssh/forward_native.hpp"

#include <algorithm>
#include <utility>

namespace helper::ssh {
namespace {

// The end of a command's output comes before its status, which is waited for: only it tells a connection that ended
// well from a refusal, or from a command that was killed midway.
constexpr Milliseconds k_silent_end{500};

}  // namespace

void ForwardChannel::Native::prepare(const Pipe& pipe) {
  Starter made = starter(pipe.command, random_nonce());
  const std::string marker = made.marker;
  command = std::make_unique<CommandSide>(CommandSide{CommandSide::Stage::channel,
                                                      pipe.name,
                                                      std::move(made),
                                                      {},
                                                      MarkerSplitter(marker, marker),
                                                      MarkerSplitter(marker, marker),
                                                      {},
                                                      {},
                                                      {}});
  command->unsent = command->starter.line;
}

// What comes before the command's own output; of that output the first bytes may come along.
void ForwardChannel::Native::start_up(std::string_view bytes) {
  std::string first = command->out.feed(bytes);
  if (!command->out.begun()) return;
  first += command->out.flush();
  if (first.empty()) return;
  backlog = std::move(first);
  stalled = true;
}

void ForwardChannel::Native::send_line() {
  while (!command->unsent.empty() && !session->writing()) {
    const auto window = ssh_channel_window_size(channel);
    const auto some = std::min<std::size_t>(command->unsent.size(), window);
    if (some == 0) return;
    const int taken = ssh_channel_write(channel, command->unsent.data(), static_cast<std::uint32_t>(some));
    if (taken <= 0) return;
    command->unsent.remove_prefix(static_cast<std::size_t>(taken));
  }
}

bool ForwardChannel::Native::command_runs() {
  using Stage = CommandSide::Stage;
  if (command->stage == Stage::channel) {
    const int rc = ssh_channel_is_open(channel) != 0 ? SSH_OK : ssh_channel_open_session(channel);
    if (rc == SSH_AGAIN) return false;
    if (rc != SSH_OK) {
      command->no_room = true;
      refuse(command->name + ": the server runs no more commands in this session (MaxSessions in its sshd_config)");
      return false;
    }
    opened = true;
    command->stage = Stage::exec;
  }
  if (remote_closed && !command->out.begun()) {
    judge_command();
    changed = true;
    return false;
  }
  if (command->stage == Stage::exec) {
    const int rc = ssh_channel_request_exec(channel, command->starter.exec.c_str());
    if (rc == SSH_AGAIN) return false;
    if (rc != SSH_OK) {
      refuse(command->name + ": the server refuses to run commands");
      return false;
    }
    command->stage = Stage::marker;
  }
  send_line();
  if (!command->out.begun() || !command->unsent.empty()) return false;
  command->stage = Stage::runs;
  return true;
}

bool ForwardChannel::Native::may_tell_its_end() {
  if (!command || command->exit_status || remote_closed) return true;
  const auto now = std::chrono::steady_clock::now();
  if (!command->silent_end_at) command->silent_end_at = now;
  return now - *command->silent_end_at >= k_silent_end;
}

void ForwardChannel::Native::judge_command() {
  command->last_words.take(command->err.flush());
  PipeOutcome outcome = pipe_outcome(command->name, command->exit_status, command->spoke, command->last_words.line());
  why = std::move(outcome.why);
  if (outcome.kind == PipeOutcome::Kind::refused) {
    state = State::refused;
  } else if (outcome.kind == PipeOutcome::Kind::broken) {
    state = State::lost;
  } else if (!command->out.begun()) {
    state = State::refused;
    why = command->name + ": the shell there ended before it ran the command";
  } else {
    state = State::closed;
  }
}

}  // namespace helper::ssh
