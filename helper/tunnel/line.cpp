#include "tunnel/line.hpp"

#include "tunnel/channel_end.hpp"

#include <utility>

namespace helper::tunnel {

Line::Line(Loop& loop, std::unique_ptr<ssh::Session> session, std::function<void(const Line&)> ended)
    : began_at(std::chrono::steady_clock::now()),
      loop_(loop),
      ended_(std::move(ended)),
      session_(std::move(session)),
      watch_(
          loop, session_.fd(),
          [this] {
            session_.pump();
            pumped();
          },
          [this] {
            session_.pump();
            pumped();
          }) {}

void Line::begin() { touched(); }

std::unique_ptr<FarEnd> Line::open(const Leg& remote, const Endpoint& from, FarEvents events) {
  auto channel = session_.open(remote, from, {std::move(events.data), std::move(events.changed)});
  touched();
  return std::make_unique<ChannelEnd>(shared_from_this(), std::move(channel), std::holds_alternative<Pipe>(remote));
}

void Line::probe() {
  probed_at = std::chrono::steady_clock::now();
  session_.probe();
  touched();
}

void Line::break_off(std::string why) {
  session_.give_up(std::move(why));
  touched();
}

// libssh may have read for any channel within a call about one of them: its effects are reported in a later turn.
void Line::touched() {
  if (std::exchange(settle_due_, true)) return;
  loop_.post([weak = weak_from_this()] {
    const auto line = weak.lock();
    if (!line) return;
    line->settle_due_ = false;
    line->session_.settle();
    line->pumped();
  });
}

void Line::pumped() {
  if (session_.over()) {
    if (!std::exchange(told_, true)) ended_(*this);
    return;
  }
  watch_.want_read();
  if (session_.wants_write()) watch_.want_write();
}

}  // namespace helper::tunnel
