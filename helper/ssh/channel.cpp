#include "ssh/channel.hpp"

#include "ssh/native.hpp"
#include "ssh/tcp_health.hpp"

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>  // ssh_send_keepalive, which clients may use, too

#include <algorithm>
#include <cstdint>
#include <sys/mman.h>
#include <utility>
#include <vector>

namespace helper::ssh {
namespace {

// libssh reads 4 kB a call: this many calls move one wake-up's worth, then the loop's other sockets have their turn.
constexpr int k_polls_per_pump = 16;
constexpr std::size_t k_max_write = 64u << 10;
// libssh 0.10 grants the server 64 kB and then at most 1.28 MB, topped up late: a third of what a link of 50 ms
// carries. Asking to read more than is buffered makes it grant that much; 4 MB measured best, and more is no better.
constexpr std::uint32_t k_window = 4u << 20;
constexpr std::size_t k_top_up_after = k_window / 8;
// A slow client can make us hold two windows of bytes. So only this many channels at once have the wide one.
constexpr int k_max_wide = 32;

// A cut shorter than this costs no open connection: whoever drives the session has dialled another by then for new
// ones.
constexpr Milliseconds k_patience{30'000};

constexpr std::string_view k_refusal =
    "Channel opening failure: ";  // libssh's words, before "channel N error (C) text"

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
    if (!words.empty()) reason += ": " + std::string(words.substr(0, 200));
  }
  return to_text(remote) + ": " + reason;
}

std::string say_end(ssh_session session) {
  constexpr std::string_view k_socket = "Socket error: ";
  std::string_view text = ssh_get_error(session);
  if (text.starts_with(k_socket)) text.remove_prefix(k_socket.size());
  if (text.empty() || text == "disconnected") return "the server closed the connection";
  return "the connection to the server broke: " + std::string(text);
}

// 4 MB of address space that the window trick may name as its buffer; untouched pages cost nothing.
class Scratch {
 public:
  Scratch() : memory_(::mmap(nullptr, k_window, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {}
  ~Scratch() {
    if (usable()) ::munmap(memory_, k_window);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] bool usable() const { return memory_ != MAP_FAILED; }
  [[nodiscard]] char* data() const { return static_cast<char*>(memory_); }

 private:
  void* memory_;
};

struct FreeEvent {
  void operator()(ssh_event event) const { ssh_event_free(event); }
};

}  // namespace

struct ForwardChannel::Native {
  ForwardSession::Native* session = nullptr;  // null once it is gone
  ssh_channel channel = nullptr;              // null once freed
  ssh_channel_callbacks_struct callbacks{};
  ChannelEvents events;
  Endpoint remote;
  Endpoint from;
  State state = State::opening;
  std::string why;
  std::string backlog;         // taken from libssh, not by the sink yet; libssh is not read while it holds something
  std::size_t backlog_at = 0;  // what was delivered of it
  std::size_t since_top_up = 0;
  bool wide = false;
  bool stalled = false;    // the sink took less than all: libssh keeps what comes, up to its window
  bool abandoned = false;  // its ForwardChannel is gone; freed as soon as the server has answered the opening
  bool remote_closed = false;
  bool eof_sent = false;
  bool ended = false;
  bool wants_room = false;
  bool changed = false;

  [[nodiscard]] std::size_t room() const;
  void deliver_backlog();
  void take_all();
  void top_up();
  void look();
  void look_at_opening();
  void close();
};

struct ForwardSession::Native {
  std::unique_ptr<Session> session;
  ssh_counter_struct counter{};  // of the socket's bytes; libssh writes it
  std::unique_ptr<ssh_event_struct, FreeEvent> event;
  Scratch scratch;
  std::vector<std::shared_ptr<ForwardChannel::Native>> channels;
  int wide = 0;
  bool over = false;
  bool settling = false;
  std::string why;
  std::uint64_t heard_bytes = 0;
  SteadyTime heard_at = std::chrono::steady_clock::now();
  std::optional<SteadyTime> asked_at;
  std::optional<SteadyTime> unacked_at;

  [[nodiscard]] ssh_session raw() const { return session->native().session.get(); }
  [[nodiscard]] bool writing() const { return (ssh_get_status(raw()) & SSH_WRITE_PENDING) != 0; }
  void listen() {
    if (counter.in_bytes == heard_bytes) return;
    heard_bytes = counter.in_bytes;
    heard_at = std::chrono::steady_clock::now();
    asked_at.reset();
  }
  void check_over(bool failed) {
    if (over ||
        (!failed && ssh_is_connected(raw()) != 0 && (ssh_get_status(raw()) & (SSH_CLOSED | SSH_CLOSED_ERROR)) == 0))
      return;
    over = true;
    why = say_end(raw());
  }
};

namespace {

ForwardChannel::Native& self(void* user) { return *static_cast<ForwardChannel::Native*>(user); }

int on_data(ssh_session, ssh_channel, void* data, std::uint32_t length, int is_stderr, void* user) {
  auto& channel = self(user);
  if (is_stderr != 0 || channel.abandoned) return static_cast<int>(length);
  if (channel.stalled) return 0;
  const std::size_t taken = channel.events.data({static_cast<const char*>(data), length});
  channel.stalled = taken < length;
  channel.since_top_up += taken;
  return static_cast<int>(taken);
}

void on_close(ssh_session, ssh_channel, void* user) { self(user).remote_closed = true; }

}  // namespace

std::size_t ForwardChannel::Native::room() const {
  if (state != State::open || eof_sent || remote_closed || session->over || session->writing()) return 0;
  return std::min<std::size_t>(ssh_channel_window_size(channel), k_max_write);
}

void ForwardChannel::Native::deliver_backlog() {
  const std::size_t taken = events.data({backlog.data() + backlog_at, backlog.size() - backlog_at});
  since_top_up += taken;
  backlog_at += taken;
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

void ForwardChannel::Native::look_at_opening() {
  if (ssh_channel_is_open(channel) == 0) {
    // There is no callback for this answer in 0.10: asking again tells it.
    const int rc = ssh_channel_open_forward(channel, remote.host.c_str(), remote.port, from.host.c_str(), from.port);
    if (rc == SSH_AGAIN) return;
    if (rc != SSH_OK) {
      state = State::refused;
      why = say_refusal(remote, ssh_get_error(session->raw()));
      changed = true;
      return;
    }
  }
  state = State::open;
  changed = true;
  since_top_up = k_top_up_after;
}

void ForwardChannel::Native::look() {
  if (state == State::opening) look_at_opening();
  if (abandoned) {
    if (state != State::opening) close();
    return;
  }
  if (state != State::open) return;
  if (!stalled && !remote_closed && since_top_up >= k_top_up_after) top_up();
  if (!ended && backlog.empty() && ssh_channel_is_eof(channel) != 0) ended = changed = true;
  if (ended && remote_closed) {
    state = State::closed;
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
  if (!session->over && ssh_channel_close(channel) == SSH_AGAIN) ssh_channel_close(channel);
  ssh_channel_free(channel);
  channel = nullptr;
}

ForwardChannel::ForwardChannel(std::shared_ptr<Native> native) : native_(std::move(native)) {}

ForwardChannel::~ForwardChannel() {
  native_->abandoned = true;
  native_->events = {};
  // libssh takes a late answer to an opening that it no longer knows for an error: such a channel waits for its answer.
  if (native_->state != State::opening && native_->session != nullptr) native_->close();
}

ForwardChannel::State ForwardChannel::state() const { return native_->state; }
const std::string& ForwardChannel::why() const { return native_->why; }
bool ForwardChannel::ended() const { return native_->ended; }

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

void ForwardChannel::resume() {
  auto& native = *native_;
  if (!native.stalled || native.state != State::open || native.session == nullptr) return;
  do {
    if (native.backlog.empty()) native.take_all();
    if (native.backlog.empty()) {
      native.stalled = false;
      native.since_top_up = k_top_up_after;
      return;
    }
    native.deliver_backlog();
  } while (native.backlog.empty());
}

ForwardSession::ForwardSession(std::unique_ptr<Session> session) : native_(std::make_unique<Native>()) {
  native_->session = std::move(session);
  const ssh_session raw = native_->raw();
  ssh_set_blocking(raw, 0);
  ssh_set_counters(raw, &native_->counter, nullptr);
  set_tcp_patience(native_->session->native().liveness_fd, k_patience);
  native_->event.reset(ssh_event_new());
  if (!native_->event || ssh_event_add_session(native_->event.get(), raw) != SSH_OK) {
    native_->over = true;
    native_->why = "libssh gave no event loop (out of memory)";
  }
}

ForwardSession::~ForwardSession() {
  for (const auto& channel : native_->channels) {
    if (channel->channel != nullptr) ssh_remove_channel_callbacks(channel->channel, &channel->callbacks);
    channel->channel = nullptr;  // goes with the session
    channel->session = nullptr;
    if (channel->state == ForwardChannel::State::opening || channel->state == ForwardChannel::State::open) {
      channel->state = ForwardChannel::State::lost;
    }
  }
  if (native_->event) ssh_event_remove_session(native_->event.get(), native_->raw());
  native_->event.reset();
  native_->session.reset();
}

int ForwardSession::fd() const { return native_->session->native().transport.get(); }
bool ForwardSession::wants_write() const { return !native_->over && native_->writing(); }
bool ForwardSession::over() const { return native_->over; }
const std::string& ForwardSession::why() const { return native_->why; }
const std::string& ForwardSession::name() const { return native_->session->name(); }

void ForwardSession::pump() {
  int rc = SSH_OK;
  for (int i = 0; i < k_polls_per_pump && rc != SSH_AGAIN && !native_->over; ++i) {
    rc = ssh_event_dopoll(native_->event.get(), 0);
    native_->check_over(rc == SSH_ERROR);
  }
  settle();
}

void ForwardSession::give_up(std::string why) {
  if (std::exchange(native_->over, true)) return;
  native_->why = std::move(why);
}

void ForwardSession::settle() {
  if (std::exchange(native_->settling, true)) return;
  native_->check_over(false);
  native_->listen();
  // By index: `changed` may open channels.
  for (std::size_t i = 0; i < native_->channels.size(); ++i) {
    const auto channel = native_->channels[i];
    if (!native_->over && channel->channel != nullptr) channel->look();
    if (native_->over &&
        (channel->state == ForwardChannel::State::opening || channel->state == ForwardChannel::State::open)) {
      channel->state = ForwardChannel::State::lost;
      channel->why = native_->why;
      channel->changed = true;
    }
    if (std::exchange(channel->changed, false) && channel->events.changed) {
      const auto tell = channel->events.changed;  // it may end the channel, and so the function itself
      tell();
    }
  }
  std::erase_if(native_->channels,
                [](const auto& channel) { return channel->abandoned && channel->channel == nullptr; });
  native_->settling = false;
}

std::unique_ptr<ForwardChannel> ForwardSession::open(const Endpoint& remote, const Endpoint& from,
                                                     ChannelEvents events) {
  auto native = std::make_shared<ForwardChannel::Native>();
  native->session = native_.get();
  native->events = std::move(events);
  native->remote = remote;
  native->from = from;
  native->channel = native_->over ? nullptr : ssh_channel_new(native_->raw());
  if (native->channel != nullptr) {
    ssh_callbacks_init(&native->callbacks);
    native->callbacks.userdata = native.get();
    native->callbacks.channel_data_function = on_data;
    native->callbacks.channel_close_function = on_close;
    ssh_add_channel_callbacks(native->channel, &native->callbacks);
    static_cast<void>(
        ssh_channel_open_forward(native->channel, remote.host.c_str(), remote.port, from.host.c_str(), from.port));
  } else {
    native->state = ForwardChannel::State::lost;
    native->why = native_->over ? native_->why : "libssh gave no channel (out of memory)";
    native->changed = true;
  }
  native_->channels.push_back(native);
  return std::make_unique<ForwardChannel>(std::move(native));
}

void ForwardSession::probe() {
  if (native_->over) return;
  native_->listen();
  if (!native_->asked_at) native_->asked_at = std::chrono::steady_clock::now();
  // Asks with a global request (keepalive@openssh.com) and never waits: the first call takes the answer of the last
  // one, if it has come, and the second then asks anew; while one is unanswered neither does anything.
  ssh_send_keepalive(native_->raw());
  ssh_send_keepalive(native_->raw());
  native_->check_over(false);
}

LinkHealth ForwardSession::health() {
  native_->listen();
  const auto now = std::chrono::steady_clock::now();
  const auto passed = [&](SteadyTime since) { return std::chrono::duration_cast<Milliseconds>(now - since); };
  LinkHealth health;
  if (native_->asked_at) health.unanswered = passed(*native_->asked_at);
  const auto tcp = tcp_health(native_->session->native().liveness_fd);
  if (!tcp) return health;
  health.round_trip = tcp->round_trip;
  if (!tcp->unacked) {
    native_->unacked_at.reset();
  } else if (!native_->unacked_at) {
    native_->unacked_at = now;
  }
  // The kernel counts from the last acknowledgement, which for an idle connection was long before there was anything to
  // acknowledge: our own watch bounds it.
  health.unacked = native_->unacked_at ? std::min(tcp->since_ack, passed(*native_->unacked_at)) : Milliseconds{0};
  return health;
}

}  // namespace helper::ssh
