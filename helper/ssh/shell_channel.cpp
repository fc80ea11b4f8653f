#include "ssh/shell_channel.hpp"

#include "base/shell.hpp"
#include "ssh/drive.hpp"
#include "ssh/exchange.hpp"
#include "ssh/exit_status.hpp"
#include "ssh/markers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace helper::ssh {
namespace {

// A peer that owes us an acknowledgement for this long is taken for dead: well above any round trip, and below the 10 s
// after which the kernel gives up by itself.
constexpr Milliseconds k_dead_after{5'000};
// TCP keepalive asks every 15 s (dial.cpp), so a peer that answers has always been heard of within this time.
constexpr Milliseconds k_stale_after{20'000};
// Between the news that the shell has ended and the last of its output: a process that it left behind may hold the
// channel open for ever.
constexpr Milliseconds k_last_words{200};
constexpr std::size_t k_read_size = 32'768;  // libssh's largest packet
constexpr std::size_t k_write_size = 65'536;

Wire wire_of(Session::Native& native) { return {native.session.get(), native.transport.get(), native.liveness_fd}; }

}  // namespace

std::string shell_text(const Command& command, const std::string& begin, const std::string& end) {
  // The shell's number is that of its process group too: sshd makes every command the leader of a session.
  const std::string both = "printf '%s %d\\n' " + begin + " $$; printf '%s\\n' " + begin + " >&2; ";
  const std::string script = "( eval " + shell::quote(command.script.empty() ? ":" : command.script) + " )";
  const std::string fed = command.stdin_text.empty() ? script + " </dev/null"
                                                     : "printf %s " + shell::quote(command.stdin_text) + " | " + script;
  return both + fed + "; printf '%s %d\\n' " + end + " $?; printf '%s\\n' " + end + " >&2\n";
}

ShellChannel::ShellChannel(Session& session, ssh_channel channel)
    : session_(session), channel_(channel), last_heard_(std::chrono::steady_clock::now()) {
  callbacks_.size = sizeof callbacks_;
  callbacks_.userdata = this;
  callbacks_.channel_exit_signal_function = [](ssh_session, ssh_channel, const char* signal, int, const char*,
                                               const char*, void* self) {
    static_cast<ShellChannel*>(self)->ended_by_signal_ = signal;
  };
  ssh_set_channel_callbacks(channel_.get(), &callbacks_);
}

ShellChannel::~ShellChannel() { ssh_remove_channel_callbacks(channel_.get(), &callbacks_); }

Result<std::unique_ptr<ShellChannel>> ShellChannel::open(Session& session, const Limit& limit) {
  const Wire wire = wire_of(session.native());
  ssh_channel raw = ssh_channel_new(wire.session);
  if (raw == nullptr)
    return fail(ErrorCode::server_unreachable, session.name(),
                std::string("the connection is gone: ") + ssh_get_error(wire.session));
  std::unique_ptr<ShellChannel> shell(new ShellChannel(session, raw));
  const auto refused = [&](const std::string& what) {
    return fail(ErrorCode::server_command, session.name(),
                "the server refuses " + what + ": " + ssh_get_error(wire.session),
                "check with: " + ssh_by_hand(session.name(), {}, "true"));
  };
  int rc = drive(wire, limit, SSH_AGAIN, [&] { return ssh_channel_open_session(raw); });
  if (rc == SSH_AGAIN) return gave_up(session.name(), limit, "a shell was opened");
  if (rc != SSH_OK) return refused("a channel for commands");
  // The login shell may be fish or csh; every one of them knows these two words.
  rc = drive(wire, limit, SSH_AGAIN, [&] { return ssh_channel_request_exec(raw, "exec sh"); });
  if (rc == SSH_AGAIN) return gave_up(session.name(), limit, "a shell was opened");
  if (rc != SSH_OK) return refused("to run a shell");
  return shell;
}

bool ShellChannel::write_some(std::string_view& text) {
  const std::size_t room = std::min<std::size_t>({text.size(), ssh_channel_window_size(channel_.get()), k_write_size});
  // Bytes beyond the window would block, and bytes beyond the socket's buffer would pile up in memory.
  if (room == 0 || (ssh_get_status(session_.native().session.get()) & SSH_WRITE_PENDING) != 0) return true;
  const int written = ssh_channel_write(channel_.get(), text.data(), static_cast<std::uint32_t>(room));
  if (written < 0) return false;
  text.remove_prefix(static_cast<std::size_t>(written));
  return true;
}

bool ShellChannel::read_some(Exchange& exchange) {
  std::array<char, k_read_size> buffer;
  for (const bool is_err : {false, true}) {
    while (true) {
      const int n = ssh_channel_read_nonblocking(channel_.get(), buffer.data(), buffer.size(), is_err ? 1 : 0);
      if (n == SSH_ERROR) return false;
      if (n <= 0) break;
      last_heard_ = std::chrono::steady_clock::now();
      exchange.take(is_err, {buffer.data(), static_cast<std::size_t>(n)});
      if (exchange.too_much) return true;
    }
  }
  return true;
}

bool ShellChannel::still_stands() {
  if (health_ != Health::good) return false;
  const OutputSink nobody;
  const std::string never = random_nonce();
  Exchange noise{MarkerSplitter(never, never), MarkerSplitter(never, never), nobody, {}};
  const bool readable = read_some(noise);
  if (!readable || ssh_is_connected(session_.native().session.get()) == 0) {
    health_ = Health::lost;
  } else if (ssh_channel_is_closed(channel_.get()) != 0 || ssh_channel_is_eof(channel_.get()) != 0) {
    health_ = Health::ended;
  }
  return health_ == Health::good;
}

bool ShellChannel::is_stale() const {
  const auto silent_for = last_acknowledgement(session_.native().liveness_fd);
  if (silent_for) return *silent_for > k_stale_after;
  return std::chrono::steady_clock::now() - last_heard_ > k_stale_after;
}

tl::unexpected<Error> ShellChannel::link_is_lost(const std::string& why) {
  health_ = Health::lost;
  return fail(ErrorCode::server_unreachable, session_.name(),
              "the link was lost while a command ran there (" + why + ")",
              "check that the server is up and that this network reaches it, then try again");
}

// The command is given up: its processes are told to end, and nothing that they still print can reach the next one.
tl::unexpected<Error> ShellChannel::abandon(const Exchange& exchange, Error error) {
  health_ = Health::ended;
  static_cast<void>(ssh_channel_close(channel_.get()));
  const std::string& heading = exchange.out.heading();
  if (exchange.out.begun() && !heading.empty()) end_process_group(session_, heading.substr(1));
  return fail(std::move(error));
}

bool ShellChannel::exit_is_known() const {
  return !ended_by_signal_.empty() || ssh_channel_get_exit_status(channel_.get()) >= 0;
}

// The shell itself ended before the script's end marker came, by `kill $$` in the script or by a sign from the server.
Result<CommandOutput> ShellChannel::shell_is_gone(Exchange& exchange) {
  health_ = Health::ended;
  exchange.flush();
  const int status =
      ended_by_signal_.empty() ? ssh_channel_get_exit_status(channel_.get()) : status_of_signal(ended_by_signal_);
  if (!exchange.out.begun() || status < 0) {
    return fail(ErrorCode::server_command, session_.name(), "the shell there ended before it ran the command",
                "check that this prints hello: " + ssh_by_hand(session_.name(), {}, "exec sh -c 'echo hello'"));
  }
  exchange.output.exit_status = status;
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
  const Session::Native& native = session_.native();
  const ssh_session raw = native.session.get();
  const Limit limit(command.timeout, stop);
  SilenceWatch watch(native.liveness_fd, k_dead_after);
  std::optional<Limit> last_words;

  while (true) {
    acknowledge_at_once(native.liveness_fd);
    if (!write_some(unsent) || !read_some(exchange) || ssh_is_connected(raw) == 0)
      return link_is_lost(ssh_get_error(raw));
    if (exchange.too_much)
      return abandon(exchange, {ErrorCode::server_command, session_.name(), "a command printed more than 8 MiB", {}});
    if (exchange.out.done() && exchange.err.done()) break;
    if (!last_words && exit_is_known()) last_words.emplace(k_last_words, std::stop_token{});
    if (ssh_channel_is_closed(channel_.get()) != 0 || (last_words && last_words->passed()))
      return shell_is_gone(exchange);
    if (limit.stopped())
      return abandon(
          exchange, {ErrorCode::cancelled, session_.name(), "the request was cancelled while a command ran there", {}});
    if (limit.passed()) {
      return abandon(exchange, {ErrorCode::timed_out,
                                session_.name(),
                                "a command there did not end within " + std::to_string(command.timeout.count()) + " ms",
                                {}});
    }
    if (watch.is_silent())
      return link_is_lost("no sign of life for " + std::to_string(k_dead_after.count() / 1000) + " s");
    const bool pending = (ssh_get_status(raw) & SSH_WRITE_PENDING) != 0;
    const bool can_write = !unsent.empty() && !pending && ssh_channel_window_size(channel_.get()) > 0;
    if (!can_write)
      static_cast<void>(limit.poll(native.transport.get(), static_cast<short>(POLLIN | (pending ? POLLOUT : 0)),
                                   last_words ? last_words->left() : k_wait_slice));
  }
  const std::string& trailer = exchange.out.trailer();
  const char* last = trailer.data() + trailer.size();
  if (trailer.size() < 2 || std::from_chars(trailer.data() + 1, last, exchange.output.exit_status).ptr != last) {
    return abandon(exchange, {ErrorCode::server_command, session_.name(), "the shell there gave no exit status", {}});
  }
  return std::move(exchange.output);
}

}  // namespace helper::ssh
