#include "ssh/forward_session.hpp"

#include "ssh/forward_native.hpp"
#include "ssh/tcp.hpp"

#include <libssh/server.h>  // ssh_send_keepalive, which clients may use, too

#include <algorithm>
#include <utility>

namespace helper::ssh {
namespace {

// libssh reads 4 kB a call: this many calls move one wake-up's worth, then the loop's other sockets have their turn.
constexpr int k_polls_per_pump = 16;
// A cut shorter than this costs no open connection: the owner of the session has connected again by then.
constexpr Milliseconds k_patience{30'000};

std::string say_end(ssh_session session) {
  constexpr std::string_view k_socket = "Socket error: ";
  std::string_view text = ssh_get_error(session);
  if (text.starts_with(k_socket)) text.remove_prefix(k_socket.size());
  if (text.empty() || text == "disconnected") return "the server closed the connection";
  return "the connection to the server broke: " + std::string(text);
}

}  // namespace

void ForwardSession::Native::check_over(bool failed) {
  const bool closed = ssh_is_connected(raw()) == 0 || (ssh_get_status(raw()) & (SSH_CLOSED | SSH_CLOSED_ERROR)) != 0;
  if (over || (!failed && !closed)) return;
  over = true;
  why = say_end(raw());
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
  acknowledge_at_once(native_->session->native().liveness_fd);
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

std::unique_ptr<ForwardChannel> ForwardSession::open(const Leg& remote, const Endpoint& from, ChannelEvents events) {
  auto native = std::make_shared<ForwardChannel::Native>();
  native->session = native_.get();
  native->events = std::move(events);
  native->from = from;
  if (const auto* pipe = std::get_if<Pipe>(&remote)) {
    native->prepare(*pipe);
  } else {
    native->remote = std::get<Endpoint>(remote);
  }
  native->channel = native_->over ? nullptr : ssh_channel_new(native_->raw());
  if (native->channel != nullptr) {
    listen_to(*native);
    native->look();
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
  // one, if it has come, and the second then asks again; while one is unanswered neither does anything.
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
