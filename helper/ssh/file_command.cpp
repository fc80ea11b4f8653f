#include "ssh/file_command.hpp"

#include "base/files.hpp"
#include "ssh/command_errors.hpp"
#include "ssh/exchange.hpp"
#include "ssh/native.hpp"
#include "ssh/tcp.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <unistd.h>
#include <utility>
#include <vector>

namespace helper::ssh {
namespace {

// As ShellChannel has them.
constexpr Milliseconds k_open_limit{10'000};
constexpr Milliseconds k_last_words{200};  // a process left behind may hold the channel open for ever
constexpr std::size_t k_piece = 65'536;    // of the file

class FileCommand {
 public:
  FileCommand(SharedSession& session, const Command& command, const std::stop_token& stop, const OutputSink& sink)
      : session_(session),
        command_(command),
        starter_(starter(command.script, random_nonce())),
        exchange_{MarkerSplitter(starter_.marker, random_nonce()), MarkerSplitter(starter_.marker, random_nonce()),
                  sink},
        limit_(command.timeout, stop),
        unsent_(starter_.line),
        channel_(session) {}

  [[nodiscard]] FileCommandEnd run() {
    Result<CommandOutput> output = run_to_end();
    return {std::move(output), start_, lost_};
  }

 private:
  using Start = SessionChannel::Start;
  using Turn = SharedSession::Turn;

  [[nodiscard]] Result<void> open() {
    const Limit limit(std::min(k_open_limit, limit_.left()), limit_.stop());
    start_ = channel_.start(starter_.exec, limit);
    switch (start_) {
      case Start::running:
        return {};
      case Start::gave_up:
        return gave_up(session_.name(), limit, "a file's command was started");
      case Start::lost:
        return link_is_lost(channel_.trouble());
      case Start::no_room:
      case Start::refused:
        break;
    }
    return fail(refuses_commands(session_.name(), "to run a command", channel_.trouble()));
  }

  [[nodiscard]] Result<CommandOutput> run_to_end() {
    HELPER_TRY_ASSIGN(file_, open_input(command_.stdin_file));
    HELPER_TRY(open());
    SilenceWatch watch(session_.liveness_fd(), k_dead_after);
    std::optional<Limit> last_words;
    Turn turn(session_);
    while (true) {
      if (!channel_.read(turn, exchange_) || !turn.connected()) return link_is_lost(ssh_get_error(turn.raw()));
      if (exchange_.too_much) return abandon(turn, printed_too_much(session_.name()));
      if (!last_words && channel_.exit_status(turn)) last_words.emplace(k_last_words, std::stop_token{});
      if (channel_.is_closed(turn) || (last_words && last_words->passed())) return ended(channel_.exit_status(turn));
      if (limit_.stopped()) return abandon(turn, was_cancelled(session_.name()));
      if (limit_.passed())
        return abandon(turn, took_too_long(session_.name(), command_.timeout, exchange_.out.begun()));
      if (watch.is_silent()) return link_is_lost("no sign of life for " + duration_text(k_dead_after));
      if (can_write(turn)) {
        HELPER_TRY(write_some(turn));
      } else {
        channel_.wait(turn, limit_, last_words ? last_words->left() : k_wait_slice, !all_sent_);
      }
    }
  }

  // Nothing is sent once the command is known to have ended: it may have read enough.
  [[nodiscard]] bool can_write(const Turn& turn) const {
    return !all_sent_ && !channel_.exit_status(turn) && channel_.can_write(turn);
  }

  [[nodiscard]] Result<void> write_some(Turn& turn) {
    if (!channel_.write(turn, unsent_)) return link_is_lost(ssh_get_error(turn.raw()));
    if (!unsent_.empty()) {
      turn.yield();
      return {};
    }
    int error = 0;
    turn.without([&] { error = read_file(); });
    if (error != 0) {
      return abandon(turn, {ErrorCode::file_failed,
                            command_.stdin_file.string(),
                            std::string("cannot be read (") + std::strerror(error) + ")",
                            {}});
    }
    all_sent_ = unsent_.empty();
    if (all_sent_) channel_.send_eof(turn);
    return {};
  }

  // 0, or the errno.
  [[nodiscard]] int read_file() {
    buffer_.resize(k_piece);
    while (true) {
      const ssize_t n = ::read(file_.get(), buffer_.data(), buffer_.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return errno;
      unsent_ = {buffer_.data(), static_cast<std::size_t>(n)};
      return 0;
    }
  }

  [[nodiscard]] Result<CommandOutput> ended(std::optional<int> status) {
    exchange_.flush();
    if (!exchange_.out.begun() || !status) return fail(no_command_ran(session_.name()));
    exchange_.output.exit_status = *status;
    return std::move(exchange_.output);
  }

  [[nodiscard]] tl::unexpected<Error> link_is_lost(const std::string& why) {
    lost_ = true;
    return fail(lost_link(session_.name(), why));
  }

  [[nodiscard]] tl::unexpected<Error> abandon(Turn& turn, Error error) {
    channel_.close(turn);
    const std::string& heading = exchange_.out.heading();
    if (exchange_.out.begun() && !heading.empty()) {
      turn.without([&] { session_.group_ends().end(heading.substr(1)); });
    }
    return fail(std::move(error));
  }

  SharedSession& session_;
  const Command& command_;
  Starter starter_;
  Exchange exchange_;
  Limit limit_;
  Fd file_;
  std::vector<char> buffer_;
  std::string_view unsent_;  // of starter_.line, then of buffer_
  bool all_sent_ = false;
  Start start_ = Start::running;
  bool lost_ = false;
  SessionChannel channel_;
};

}  // namespace

FileCommandEnd run_with_file(SharedSession& session, const Command& command, const std::stop_token& stop,
                             const OutputSink& on_output) {
  if (command.script.find('\0') != std::string::npos || !command.stdin_text.empty()) {
    return {fail(ErrorCode::internal, session.name(), "a command has a NUL byte, or two standard inputs")};
  }
  return FileCommand(session, command, stop, on_output).run();
}

}  // namespace helper::ssh
