#include "tunnel/channel_end.hpp"

#include <algorithm>
#include <utility>

namespace helper::tunnel {

ChannelEnd::ChannelEnd(const std::shared_ptr<Line>& line, std::unique_ptr<ssh::ForwardChannel> channel, bool is_command)
    : line_(line), channel_(std::move(channel)), is_command_(is_command) {
  ++line->connections_;
  if (is_command_) ++line->commands_;
}

ChannelEnd::~ChannelEnd() {
  const bool no_room = channel_->no_room_for_it();
  const bool ran = is_command_ && channel_->state() != ssh::ForwardChannel::State::opening && !no_room;
  channel_.reset();
  const auto line = line_.lock();
  if (!line) return;
  --line->connections_;
  if (is_command_) --line->commands_;
  if (no_room) line->most_commands_ = std::min(line->most_commands_, line->commands_);
  line->ran_command_ = line->ran_command_ || ran;
  touched();
}

// A session that has run commands and takes no more is full, and another will do: the client need not notice.
bool ChannelEnd::is_elsewhere() const {
  const auto line = line_.lock();
  return channel_->no_room_for_it() && line && (line->commands_ > 1 || line->ran_command_);
}

FarEnd::State ChannelEnd::state() const {
  switch (channel_->state()) {
    case ssh::ForwardChannel::State::opening:
      return State::opening;
    case ssh::ForwardChannel::State::open:
      return State::open;
    case ssh::ForwardChannel::State::refused:
      return is_elsewhere() ? State::lost : State::refused;
    case ssh::ForwardChannel::State::lost:
      return State::lost;
    case ssh::ForwardChannel::State::closed:
      break;
  }
  return State::closed;
}

std::size_t ChannelEnd::write(std::span<const char> bytes) {
  const std::size_t taken = channel_->write(bytes);
  touched();
  return taken;
}

void ChannelEnd::send_eof() {
  channel_->send_eof();
  touched();
}

void ChannelEnd::resume() {
  channel_->resume();
  touched();
}

void ChannelEnd::touched() const {
  if (const auto line = line_.lock()) line->touched();
}

}  // namespace helper::tunnel
