#include "tunnel/channel_end.hpp"

#include <utility>

namespace helper::tunnel {

ChannelEnd::ChannelEnd(const std::shared_ptr<Line>& line, std::unique_ptr<ssh::ForwardChannel> channel)
    : line_(line), channel_(std::move(channel)) {
  ++line->connections_;
}

ChannelEnd::~ChannelEnd() {
  channel_.reset();
  if (const auto line = line_.lock()) --line->connections_;
  touched();
}

FarEnd::State ChannelEnd::state() const {
  switch (channel_->state()) {
    case ssh::ForwardChannel::State::opening:
      return State::opening;
    case ssh::ForwardChannel::State::open:
      return State::open;
    case ssh::ForwardChannel::State::refused:
      return State::refused;
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
