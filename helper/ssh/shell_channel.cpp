#include "ssh/shell_channel.hpp"

#include "base/shell.hpp"
#include "ssh/command_errors.hpp"
#include "ssh/exchange.hpp"
#include "ssh/native.hpp"
#include "ssh/tcp.hpp"

#include <charconv>
#include <optional>
#include <utility>

namespace helper::ssh {
namespace {

// Between the message that the shell has ended and the last of its output: a process that it left behind may hold the
// channel open for ever.
constexpr Milliseconds k_last_words{200};

}  // namespace

std::string shell_text(const Command& command, const std::string& begin, const std::string& end) {
  // The shell's number is that of its process group too: sshd makes every command the leader of a session.
  // A start file of the login shell may have put zsh in its place, which then reads this as sh would.
  const std::string both =
      "[ -z \"$ZSH_VERSION\" ] || emulate sh; printf '%s %d\\n' " + begin + " $$; printf '%s\\n' " + begin + " >&2; ";
  const std::string script = "( eval " + shell::quote(command.script.empty() ? ":" : command.script) + " )";
  const std::string fed = command.stdin_text.empty() ? script + " </dev/null"
                                                     : "printf %s " + shell::quote(command.stdin_text) + " | " + script;
  return both + fed + "; printf '%s %d\\n' " + end + " $?; printf '%s\\n' " + end + " >&2\n";
}

ShellChannel::Opened ShellChannel::open(SharedSession& session, const Limit& limit) {
  using Start = SessionChannel::Start;
  std::unique_ptr<ShellChannel> shell(new ShellChannel(session));
  // The login shell may be fish or csh; every one of them knows these two words.
  const Start how = shell->channel_.start("exec sh", limit);
  const auto refused = [&](const std::string& what) {
    return fail(refuses_commands(session.name(), what, shell->channel_.trouble()));
  };
  switch (how) {
    case Start::running:
      return {how, std::move(shell)};
    case Start::no_room:
      return {how, refused("a channel for commands")};
    case Start::refused:
      return {how, refused("to run a shell")};
    case Start::gave_up:
      return {how, gave_up(session.name(), limit, "a shell was opened")};
    case Start::lost:
      break;
  }
  return {how,
          fail(ErrorCode::server_unreachable, session.name(), "the connection is gone: " + shell->channel_.trouble())};
}

ShellChannel::Health ShellChannel::look() {
  if (health_ != Health::good) return health_;
  const OutputSink nobody;
  const std::string never = random_nonce();
  Exchange noise{MarkerSplitter(never, never), MarkerSplitter(never, never), nobody, {}};
  Turn turn(session_);
  turn.take_in();
  if (!channel_.read(turn, noise) || !turn.connected()) {
    health_ = Health::lost;
  } else if (channel_.is_closed(turn) || channel_.is_at_end(turn)) {
    health_ = Health::ended;
  }
  return health_;
}

tl::unexpected<Error> ShellChannel::link_is_lost(const std::string& why) {
  health_ = Health::lost;
  return fail(lost_link(session_.name(), why));
}

// The command is abandoned: its processes are told to end, and nothing that they still print can reach the next one.
tl::unexpected<Error> ShellChannel::abandon(Turn& turn, const Exchange& exchange, Error error) {
  health_ = Health::ended;
  channel_.close(turn);
  const std::string& heading = exchange.out.heading();
  if (exchange.out.begun() && !heading.empty()) {
    turn.without([&] { session_.group_ends().end(heading.substr(1)); });
  }
  return fail(std::move(error));
}

// The shell itself ended before the script's end marker came, by `kill $$` in the script or by the server's message.
Result<CommandOutput> ShellChannel::shell_is_gone(Exchange& exchange, std::optional<int> status) {
  health_ = Health::ended;
  exchange.flush();
  if (!exchange.out.begun() || !status) return fail(no_command_ran(session_.name()));
  exchange.output.exit_status = *status;
  return std::move(exchange.output);
}

Result<CommandOutput> ShellChannel::run(const Command& command, const std::stop_token& stop,
                                        const OutputSink& on_output, KeepOutput keep_output) {
  if (command.script.find('\0') != std::string::npos || command.stdin_text.find('\0') != std::string::npos) {
    return fail(ErrorCode::internal, session_.name(), "a command has a NUL byte, which no shell can carry");
  }
  const std::string nonce = random_nonce();
  const std::string begin = "helper-begin-" + nonce;
  const std::string end = "helper-end-" + nonce;
  const std::string text = shell_text(command, begin, end);
  Exchange exchange{MarkerSplitter(begin, end), MarkerSplitter(begin, end), on_output, {}, keep_output};
  std::string_view unsent = text;
  const Limit limit(command.timeout, stop);
  SilenceWatch watch(session_.liveness_fd(), k_dead_after);
  std::optional<Limit> last_words;
  Turn turn(session_);

  while (true) {
    if (!channel_.write(turn, unsent) || !channel_.read(turn, exchange) || !turn.connected())
      return link_is_lost(ssh_get_error(turn.raw()));
    if (exchange.too_much) return abandon(turn, exchange, printed_too_much(session_.name()));
    if (exchange.out.done() && exchange.err.done()) break;
    if (!last_words && channel_.exit_status(turn)) last_words.emplace(k_last_words, std::stop_token{});
    if (channel_.is_closed(turn) || (last_words && last_words->passed()))
      return shell_is_gone(exchange, channel_.exit_status(turn));
    if (limit.stopped()) return abandon(turn, exchange, was_cancelled(session_.name()));
    if (limit.passed())
      return abandon(turn, exchange, took_too_long(session_.name(), command.timeout, exchange.out.begun()));
    if (watch.is_silent()) return link_is_lost("no sign of life for " + duration_text(k_dead_after));
    if (!unsent.empty() && channel_.can_write(turn)) {
      turn.yield();
    } else {
      channel_.wait(turn, limit, last_words ? last_words->left() : k_wait_slice, !unsent.empty());
    }
  }
  const std::string& trailer = exchange.out.trailer();
  const char* last = trailer.data() + trailer.size();
  if (trailer.size() < 2 || std::from_chars(trailer.data() + 1, last, exchange.output.exit_status).ptr != last) {
    return abandon(turn, exchange,
                   {ErrorCode::server_command, session_.name(), "the shell there gave no exit status", {}});
  }
  return std::move(exchange.output);
}

}  // namespace helper::ssh
