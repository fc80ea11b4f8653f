#include "ssh/session_channel.hpp"

#include "ssh/command_errors.hpp"

#include <algorithm>
#include <array>

namespace helper::ssh {
namespace {

constexpr std::size_t k_read_size = 32'768;  // libssh's largest packet
constexpr std::size_t k_write_size = 65'536;

}  // namespace

SessionChannel& SessionChannel::self(void* user) { return *static_cast<SessionChannel*>(user); }

SessionChannel::SessionChannel(SharedSession& shared) : shared_(shared) {
  callbacks_.size = sizeof callbacks_;
  callbacks_.userdata = this;
  callbacks_.channel_data_function = [](ssh_session, ssh_channel, void*, std::uint32_t, int, void* user) {
    self(user).news_ = true;
    return 0;  // libssh keeps it for read()
  };
  callbacks_.channel_eof_function = [](ssh_session, ssh_channel, void* user) { self(user).news_ = true; };
  callbacks_.channel_close_function = [](ssh_session, ssh_channel, void* user) { self(user).news_ = true; };
  callbacks_.channel_exit_status_function = [](ssh_session, ssh_channel, int status, void* user) {
    self(user).exit_status_ = status;
    self(user).news_ = true;
  };
  callbacks_.channel_exit_signal_function = [](ssh_session, ssh_channel, const char* signal, int, const char*,
                                               const char*, void* user) {
    self(user).exit_status_ = status_of_signal(signal);
    self(user).news_ = true;
  };
}

SessionChannel::~SessionChannel() {
  if (channel_ == nullptr) return;
  Turn turn(shared_);
  ssh_remove_channel_callbacks(channel_, &callbacks_);
  if (is_opening_ && turn.connected()) {
    turn.leave(channel_);
  } else {
    if (was_opened_ && turn.connected()) close_wholly(channel_);
    ssh_channel_free(channel_);
  }
}

SessionChannel::Start SessionChannel::fail_start(Turn& turn, int rc, Start otherwise) {
  trouble_ = ssh_get_error(turn.raw());
  if (rc == SSH_AGAIN) return Start::gave_up;
  return turn.connected() ? otherwise : Start::lost;
}

SessionChannel::Start SessionChannel::start(const std::string& line, const Limit& limit) {
  Turn turn(shared_);
  channel_ = turn.connected() ? ssh_channel_new(turn.raw()) : nullptr;
  if (channel_ == nullptr) return fail_start(turn, SSH_ERROR, Start::lost);
  ssh_set_channel_callbacks(channel_, &callbacks_);
  is_opening_ = true;
  int rc = drive(turn, limit, [&] { return ssh_channel_open_session(channel_); });
  is_opening_ = rc == SSH_AGAIN;
  if (rc != SSH_OK) return fail_start(turn, rc, Start::no_room);
  was_opened_ = true;
  rc = drive(turn, limit, [&] { return ssh_channel_request_exec(channel_, line.c_str()); });
  return rc == SSH_OK ? Start::running : fail_start(turn, rc, Start::refused);
}

bool SessionChannel::read(Turn& turn, Exchange& exchange) {
  std::array<char, k_read_size> buffer;
  news_ = false;
  for (const bool is_err : {false, true}) {
    while (!exchange.too_much) {
      const int n = ssh_channel_read_nonblocking(channel_, buffer.data(), buffer.size(), is_err ? 1 : 0);
      if (n == SSH_ERROR) return false;
      if (n <= 0) break;
      turn.without([&] { exchange.take(is_err, {buffer.data(), static_cast<std::size_t>(n)}); });
    }
  }
  return true;
}

// Bytes beyond the window would block, and bytes beyond the socket's buffer would pile up in memory.
bool SessionChannel::can_write(const Turn& turn) const {
  return !turn.writing() && ssh_channel_is_open(channel_) != 0 && ssh_channel_window_size(channel_) > 0;
}

bool SessionChannel::write(Turn& turn, std::string_view& text) {
  if (text.empty() || !can_write(turn)) return true;
  const auto some = std::min<std::size_t>({text.size(), ssh_channel_window_size(channel_), k_write_size});
  const int written = ssh_channel_write(channel_, text.data(), static_cast<std::uint32_t>(some));
  if (written < 0) return false;
  text.remove_prefix(static_cast<std::size_t>(written));
  return true;
}

void SessionChannel::send_eof(Turn&) { ssh_channel_send_eof(channel_); }
void SessionChannel::close(Turn&) { static_cast<void>(ssh_channel_close(channel_)); }
bool SessionChannel::is_closed(const Turn&) const { return ssh_channel_is_closed(channel_) != 0; }
bool SessionChannel::is_at_end(const Turn&) const { return ssh_channel_is_eof(channel_) != 0; }

}  // namespace helper::ssh
