#include "ssh/file_command.hpp"

#include "base/files.hpp"
#include "ssh/drive.hpp"
#include "ssh/exchange.hpp"
#include "ssh/exit_status.hpp"
#include "ssh/native.hpp"
#include "ssh/starter.hpp"

#include <libssh/callbacks.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <unistd.h>
#include <utility>
#include <vector>

namespace helper::ssh {
namespace {

// As ShellChannel has them.
constexpr Milliseconds k_open_limit{10'000};
constexpr Milliseconds k_dead_after{5'000};
constexpr Milliseconds k_last_words{200};  // a process left behind may hold the channel open for ever
constexpr std::size_t k_read_size = 32'768;
constexpr std::size_t k_write_size = 65'536;

struct ChannelFree {
  void operator()(ssh_channel channel) const { ssh_channel_free(channel); }
};

class FileCommand {
 public:
  FileCommand(Session& session, const Command& command, const std::stop_token& stop, const OutputSink& sink)
      : session_(session),
        command_(command),
        starter_(starter(command.script, random_nonce())),
        exchange_{MarkerSplitter(starter_.marker, random_nonce()), MarkerSplitter(starter_.marker, random_nonce()),
                  sink},
        limit_(command.timeout, stop),
        unsent_(starter_.line) {}

  ~FileCommand() {
    if (channel_) ssh_remove_channel_callbacks(channel_.get(), &callbacks_.table);
  }
  FileCommand(const FileCommand&) = delete;
  FileCommand& operator=(const FileCommand&) = delete;

  [[nodiscard]] FileCommandEnd run() {
    Result<CommandOutput> output = run_to_end();
    return {std::move(output), lost_};
  }

 private:
  struct Callbacks {
    Callbacks() = default;
    ssh_channel_callbacks_struct table{};
    std::optional<int> exit_status;
  };

  [[nodiscard]] ssh_session raw() const { return session_.native().session.get(); }
  [[nodiscard]] bool pending() const { return (ssh_get_status(raw()) & SSH_WRITE_PENDING) != 0; }

  [[nodiscard]] Result<void> open() {
    const Session::Native& native = session_.native();
    const Wire wire{native.session.get(), native.transport.get(), native.liveness_fd};
    channel_.reset(ssh_channel_new(wire.session));
    if (!channel_) return link_is_lost(ssh_get_error(raw()));
    callbacks_.table.size = sizeof callbacks_.table;
    callbacks_.table.userdata = &callbacks_;
    callbacks_.table.channel_exit_status_function = [](ssh_session, ssh_channel, int status, void* user) {
      static_cast<Callbacks*>(user)->exit_status = status;
    };
    callbacks_.table.channel_exit_signal_function = [](ssh_session, ssh_channel, const char* signal, int, const char*,
                                                       const char*, void* user) {
      static_cast<Callbacks*>(user)->exit_status = status_of_signal(signal);
    };
    ssh_set_channel_callbacks(channel_.get(), &callbacks_.table);
    const Limit limit(std::min(k_open_limit, limit_.left()), limit_.stop());
    int rc = drive(wire, limit, SSH_AGAIN, [&] { return ssh_channel_open_session(channel_.get()); });
    if (rc == SSH_OK) {
      rc = drive(wire, limit, SSH_AGAIN,
                 [&] { return ssh_channel_request_exec(channel_.get(), starter_.exec.c_str()); });
    }
    if (rc == SSH_AGAIN) return gave_up(session_.name(), limit, "a file's command was started");
    if (rc == SSH_OK) return {};
    if (ssh_is_connected(raw()) == 0) return link_is_lost(ssh_get_error(raw()));
    return fail(ErrorCode::server_command, session_.name(),
                std::string("the server refuses to run a command: ") + ssh_get_error(raw()),
                "check with: " + ssh_by_hand(session_.name(), {}, "true"));
  }

  [[nodiscard]] Result<CommandOutput> run_to_end() {
    HELPER_TRY_ASSIGN(file_, open_input(command_.stdin_file));
    HELPER_TRY(open());
    const Session::Native& native = session_.native();
    SilenceWatch watch(native.liveness_fd, k_dead_after);
    std::optional<Limit> last_words;
    while (true) {
      acknowledge_at_once(native.liveness_fd);
      if (!read_some()) return link_is_lost(ssh_get_error(raw()));
      HELPER_TRY(write_some());
      if (ssh_is_connected(raw()) == 0) return link_is_lost(ssh_get_error(raw()));
      if (exchange_.too_much) return abandon(ErrorCode::server_command, "a command printed more than 8 MiB");
      if (!last_words && callbacks_.exit_status) last_words.emplace(k_last_words, std::stop_token{});
      if (ssh_channel_is_closed(channel_.get()) != 0 || (last_words && last_words->passed())) return ended();
      if (limit_.stopped()) return abandon(ErrorCode::cancelled, "the request was cancelled while a command ran there");
      if (limit_.passed()) {
        return abandon(ErrorCode::timed_out, "a command there did not end within " + duration_text(command_.timeout));
      }
      if (watch.is_silent()) return link_is_lost("no sign of life for " + duration_text(k_dead_after));
      if (can_write()) continue;
      static_cast<void>(limit_.poll(native.transport.get(), static_cast<short>(POLLIN | (pending() ? POLLOUT : 0)),
                                    last_words ? last_words->left() : k_wait_slice));
    }
  }

  [[nodiscard]] bool read_some() {
    std::array<char, k_read_size> buffer;
    for (const bool is_err : {false, true}) {
      while (!exchange_.too_much) {
        const int n = ssh_channel_read_nonblocking(channel_.get(), buffer.data(), buffer.size(), is_err ? 1 : 0);
        if (n == SSH_ERROR) return false;
        if (n <= 0) break;
        exchange_.take(is_err, {buffer.data(), static_cast<std::size_t>(n)});
      }
    }
    // Once the end of its output has come, libssh 0.10 reads no packet for a channel that is read (ssh_channel_poll);
    // the exit status may come later. Asking for it reads what is there, and does not wait: the session does not block.
    if (ssh_channel_is_eof(channel_.get()) != 0) static_cast<void>(ssh_channel_get_exit_status(channel_.get()));
    return true;
  }

  // Nothing is sent once the command is known to have ended: it may have read enough.
  [[nodiscard]] bool can_write() const {
    return !all_sent_ && !callbacks_.exit_status && ssh_channel_is_open(channel_.get()) != 0 && !pending() &&
           ssh_channel_window_size(channel_.get()) > 0;
  }

  [[nodiscard]] Result<void> write_some() {
    if (!can_write()) return {};
    if (unsent_.empty()) HELPER_TRY(read_file());
    if (unsent_.empty()) {
      all_sent_ = true;
      ssh_channel_send_eof(channel_.get());
      return {};
    }
    const auto some = std::min<std::size_t>({unsent_.size(), ssh_channel_window_size(channel_.get()), k_write_size});
    const int written = ssh_channel_write(channel_.get(), unsent_.data(), static_cast<std::uint32_t>(some));
    if (written < 0) return link_is_lost(ssh_get_error(raw()));
    unsent_.remove_prefix(static_cast<std::size_t>(written));
    return {};
  }

  [[nodiscard]] Result<void> read_file() {
    buffer_.resize(k_write_size);
    while (true) {
      const ssize_t n = ::read(file_.get(), buffer_.data(), buffer_.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) {
        const std::string why = std::strerror(errno);
        end_group();
        return fail(ErrorCode::file_failed, command_.stdin_file.string(), "cannot be read (" + why + ")");
      }
      unsent_ = {buffer_.data(), static_cast<std::size_t>(n)};
      return {};
    }
  }

  [[nodiscard]] Result<CommandOutput> ended() {
    exchange_.flush();
    if (!exchange_.out.begun() || !callbacks_.exit_status) {
      return fail(ErrorCode::server_command, session_.name(), "the shell there ended before it ran the command",
                  "check that this prints hello: " + ssh_by_hand(session_.name(), {}, "exec sh -c 'echo hello'"));
    }
    exchange_.output.exit_status = *callbacks_.exit_status;
    return std::move(exchange_.output);
  }

  [[nodiscard]] tl::unexpected<Error> link_is_lost(const std::string& why) {
    lost_ = true;
    return fail(ErrorCode::server_unreachable, session_.name(),
                "the link was lost while a command ran there (" + why + ")",
                "check that the server is up and that this network reaches it, then try again");
  }

  [[nodiscard]] tl::unexpected<Error> abandon(ErrorCode code, std::string cause) {
    end_group();
    return fail(code, session_.name(), std::move(cause));
  }

  void end_group() {
    static_cast<void>(ssh_channel_close(channel_.get()));
    const std::string& heading = exchange_.out.heading();
    if (exchange_.out.begun() && !heading.empty()) end_process_group(session_, heading.substr(1));
  }

  Session& session_;
  const Command& command_;
  Starter starter_;
  Exchange exchange_;
  Limit limit_;
  Fd file_;
  std::vector<char> buffer_;
  std::string_view unsent_;  // of starter_.line, then of buffer_
  bool all_sent_ = false;
  bool lost_ = false;
  Callbacks callbacks_;  // before the channel, which refers to it
  std::unique_ptr<ssh_channel_struct, ChannelFree> channel_;
};

}  // namespace

FileCommandEnd run_with_file(Session& session, const Command& command, const std::stop_token& stop,
                             const OutputSink& on_output) {
  if (command.script.find('\0') != std::string::npos || !command.stdin_text.empty()) {
    return {fail(ErrorCode::internal, session.name(), "a command has a NUL byte, or two standard inputs"), false};
  }
  return FileCommand(session, command, stop, on_output).run();
}

}  // namespace helper::ssh
