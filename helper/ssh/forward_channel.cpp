#include "ssh/command_errors.hpp"
#include "ssh/forward_native.hpp"
#include "ssh/forward_session.hpp"

#include <algorithm>
#include <utility>

namespace helper::ssh {
namespace {

constexpr std::size_t k_max_write = 64u << 10;
constexpr std::size_t k_max_words = 200;  // of the server's own explanation
constexpr std::size_t k_top_up_after = k_window / 8;
// A slow client can make us hold two windows of bytes. So only this many channels at once have the wide one.
constexpr int k_max_wide = 32;

constexpr std::string_view k_refusal =
    "Channel opening failure: ";  // libssh's words, before "channel N error (C) text"

// The server's words go to a terminal in the end: nothing in them may move its cursor.
std::string printable(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return out;
}

std::string say_refusal(const Endpoint& remote, std::string_view text) {
  std::string reason = "the server refused to connect to it";
  const auto open = text.find("error (");
  const auto close = text.find(')', open);
  if (text.starts_with(k_refusal) && open != std::string_view::npos && close != std::string_view::npos) {
    const std::string_view code = text.substr(open + 7, close - open - 7);  // RFC 4254, 5.1
    std::string_view words = text.substr(std::min(close + 2, text.size()));
    if (code == "1") reason = "the server's sshd forbids forwarding (administratively prohibited)";
    if (code == "2") reason = "the server could not connect to it";
    if (code == "4") reason = "the server is short of resources";
    if (!words.empty()) reason += ": " + printable(words.substr(0, k_max_words));
  }
  return to_text(remote) + ": " + reason;
}

ForwardChannel::Native& self(void* user) { return *static_cast<ForwardChannel::Native*>(user); }

int on_data(ssh_session, ssh_channel, void* data, std::uint32_t length, int is_stderr, void* user) {
  auto& channel = self(user);
  const std::span bytes(static_cast<const char*>(data), length);
  if (channel.abandoned) return static_cast<int>(length);
  if (is_stderr != 0) {
    if (channel.command) channel.command->last_words.take(channel.command->err.feed({bytes.data(), bytes.size()}));
    return static_cast<int>(length);
  }
  if (channel.stalled) return 0;
  if (channel.command && !channel.command->out.begun()) {
    channel.start_up({bytes.data(), bytes.size()});
    return static_cast<int>(length);
  }
  const std::size_t taken = channel.take(bytes);
  channel.stalled = taken < length;
  return static_cast<int>(taken);
}

void on_close(ssh_session, ssh_channel, void* user) { self(user).remote_closed = true; }

void on_exit_status(ssh_session, ssh_channel, int status, void* user) {
  if (auto& command = self(user).command) command->exit_status = status;
}

void on_exit_signal(ssh_session, ssh_channel, const char* signal, int, const char*, const char*, void* user) {
  if (auto& command = self(user).command) command->exit_status = status_of_signal(signal);
}

}  // namespace

void listen_to(ForwardChannel::Native& channel) {
  ssh_callbacks_init(&channel.callbacks);
  channel.callbacks.userdata = &channel;
  channel.callbacks.channel_data_function = on_data;
  channel.callbacks.channel_close_function = on_close;
  channel.callbacks.channel_exit_status_function = on_exit_status;
  channel.callbacks.channel_exit_signal_function = on_exit_signal;
  ssh_add_channel_callbacks(channel.channel, &channel.callbacks);
}

std::size_t ForwardChannel::Native::room() const {
  if (state != State::open || eof_sent || remote_closed || session->over || session->writing()) return 0;
  return std::min<std::size_t>(ssh_channel_window_size(channel), k_max_write);
}

std::size_t ForwardChannel::Native::take(std::span<const char> bytes) {
  if (command) command->spoke = true;
  const std::size_t taken = events.data(bytes);
  since_top_up += taken;
  return taken;
}

void ForwardChannel::Native::deliver_backlog() {
  backlog_at += take({backlog.data() + backlog_at, backlog.size() - backlog_at});
  if (backlog_at < backlog.size()) return;
  backlog.clear();
  backlog.shrink_to_fit();
  backlog_at = 0;
}

// Everything at once, since each read lets libssh grant the server a new window whatever is still buffered.
void ForwardChannel::Native::take_all() {
  const int buffered = ssh_channel_poll(channel, 0);
  if (buffered <= 0) return;
  backlog.resize(static_cast<std::size_t>(buffered));
  const int taken = ssh_channel_read_timeout(channel, backlog.data(), static_cast<std::uint32_t>(buffered), 0, 0);
  backlog.resize(static_cast<std::size_t>(std::max(taken, 0)));
}

void ForwardChannel::Native::top_up() {
  since_top_up = 0;
  if (!wide) {
    if (session->wide >= k_max_wide || !session->scratch.usable()) return;
    wide = true;
    ++session->wide;
  }
  const int taken = ssh_channel_read_timeout(channel, session->scratch.data(), k_window, 0, 0);
  if (taken <= 0) return;
  backlog.assign(session->scratch.data(), static_cast<std::size_t>(taken));
  if (!stalled) deliver_backlog();
  stalled = stalled || !backlog.empty();
}

void ForwardChannel::Native::refuse(std::string reason) {
  session->check_over(false);
  if (session->over) return;  // then it is lost, and the session says why
  state = State::refused;
  why = std::move(reason);
  changed = true;
}

bool ForwardChannel::Native::is_connected() {
  if (ssh_channel_is_open(channel) == 0) {
    // There is no callback for this answer in 0.10: asking again tells it.
    const int rc = ssh_channel_open_forward(channel, remote.host.c_str(), remote.port, from.host.c_str(), from.port);
    if (rc == SSH_AGAIN) return false;
    if (rc != SSH_OK) {
      refuse(say_refusal(remote, ssh_get_error(session->raw())));
      return false;
    }
  }
  opened = true;
  return true;
}

void ForwardChannel::Native::look_at_opening() {
  if (command ? !command_runs() : !is_connected()) return;
  state = State::open;
  changed = true;
  since_top_up = k_top_up_after;
  if (stalled) resume();
}

void ForwardChannel::Native::look() {
  if (state == State::opening) look_at_opening();
  if (abandoned) {
    if (opened || state != State::opening) close();
    return;
  }
  if (state != State::open) return;
  if (!stalled && !remote_closed && since_top_up >= k_top_up_after) top_up();
  if (!ended && backlog.empty() && ssh_channel_is_eof(channel) != 0 && may_tell_its_end()) ended = changed = true;
  if (ended && remote_closed) {
    if (command) {
      judge_command();
    } else {
      state = State::closed;
    }
    changed = true;
  }
  if (wants_room && room() > 0) {
    wants_room = false;
    changed = true;
  }
}

void ForwardChannel::Native::close() {
  if (channel == nullptr) return;
  ssh_remove_channel_callbacks(channel, &callbacks);
  if (wide) --session->wide;
  wide = false;
  // In non-blocking mode the first call may stop after the end of file ("again" on a full socket): the second says
  // close.
  // A channel that was refused has no number at the server, which ends the session over a message for one.
  if (!session->over && opened && ssh_channel_close(channel) == SSH_AGAIN) ssh_channel_close(channel);
  ssh_channel_free(channel);
  channel = nullptr;
}

ForwardChannel::ForwardChannel(std::shared_ptr<Native> native) : native_(std::move(native)) {}

ForwardChannel::~ForwardChannel() {
  native_->abandoned = true;
  native_->events = {};
  // libssh takes a late answer to an opening that it no longer knows for an error: such a channel waits for its answer.
  if ((native_->opened || native_->state != State::opening) && native_->session != nullptr) native_->close();
}

ForwardChannel::State ForwardChannel::state() const { return native_->state; }
const std::string& ForwardChannel::why() const { return native_->why; }
bool ForwardChannel::ended() const { return native_->ended; }
bool ForwardChannel::no_room_for_it() const { return native_->command && native_->command->no_room; }

std::size_t ForwardChannel::room() const {
  if (native_->session == nullptr) return 0;
  const std::size_t bytes = native_->room();
  native_->wants_room = bytes == 0;
  return bytes;
}

std::size_t ForwardChannel::write(std::span<const char> bytes) {
  // Never more than the window: libssh would wait for more of it.
  const std::size_t some = std::min(bytes.size(), room());
  if (some == 0) return 0;
  const int taken = ssh_channel_write(native_->channel, bytes.data(), static_cast<std::uint32_t>(some));
  if (taken < 0) native_->session->check_over(false);
  native_->wants_room = true;
  return static_cast<std::size_t>(std::max(taken, 0));
}

void ForwardChannel::send_eof() {
  if (native_->state != State::open || native_->session == nullptr || std::exchange(native_->eof_sent, true)) return;
  ssh_channel_send_eof(native_->channel);
}

void ForwardChannel::Native::resume() {
  if (!stalled || state != State::open || session == nullptr) return;
  do {
    if (backlog.empty()) take_all();
    if (backlog.empty()) {
      stalled = false;
      since_top_up = k_top_up_after;
      return;
    }
    deliver_backlog();
  } while (backlog.empty());
}

void ForwardChannel::resume() { native_->resume(); }

}  // namespace helper::ssh
