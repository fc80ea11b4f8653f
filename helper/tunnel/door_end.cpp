#include "tunnel/door_end.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace helper::tunnel {
namespace {

constexpr std::string_view k_greeting = "SSH-";

}  // namespace

DoorEnd::DoorEnd(Loop& loop, Way& way, SshDoor door, Endpoint from, FarEvents events,
                 std::function<void(const std::string& why)> gave_up)
    : loop_(loop),
      way_(way),
      door_(std::move(door)),
      from_(std::move(from)),
      events_(std::move(events)),
      gave_up_(std::move(gave_up)),
      turn_(std::make_shared<int>(0)),
      late_(loop,
            [this] {
              give_up("no SSH server greeted within " + std::to_string(k_greeting_limit.count() / 1000) + " s");
            }),
      soon_(loop, [this] {
        if (is_wrong_ && !greeted_) return give_up(trouble_);
        events_.changed();
      }) {
  begin();
}

DoorEnd::~DoorEnd() { ++*turn_; }

void DoorEnd::begin() {
  auto far = way_.open(door_.address, from_, inner_events());
  if (far) {
    far_ = std::move(*far);
    late_.start(k_greeting_limit);
  } else {
    is_wrong_ = true;
    trouble_ = far.error().cause;
    soon_.start(Milliseconds{0});
  }
}

FarEvents DoorEnd::inner_events() {
  return {[this, turn = std::weak_ptr(turn_), mine = *turn_](std::span<const char> bytes) {
            const auto now = turn.lock();
            return now && *now == mine ? take(bytes) : bytes.size();
          },
          [this, turn = std::weak_ptr(turn_), mine = *turn_] {
            const auto now = turn.lock();
            if (now && *now == mine) changed();
          }};
}

FarEnd::State DoorEnd::state() const {
  if (!far_) return why_.empty() ? State::opening : State::lost;
  const State state = far_->state();
  if (greeted_ || state == State::refused || state == State::lost) return state;
  return State::opening;
}

// The pipe's first bytes are not checked: it is the last way that there is.
std::size_t DoorEnd::take(std::span<const char> bytes) {
  if (greeted_) return greeting_.empty() ? events_.data(bytes) : 0;
  if (is_wrong_) return bytes.size();
  greeting_.append(bytes.data(), bytes.size());
  const auto length = std::min(greeting_.size(), k_greeting.size());
  is_wrong_ = greeting_.substr(0, length) != k_greeting.substr(0, length);
  if (is_wrong_) trouble_ = "the program there is not an SSH server that accepts connections now";
  if (!is_wrong_ && length < k_greeting.size()) return bytes.size();
  if (!is_wrong_) {
    greeted_ = true;
    late_.stop();
    greeting_.erase(0, events_.data(greeting_));
  }
  soon_.start(Milliseconds{0});
  return bytes.size();
}

void DoorEnd::resume() {
  if (!greeting_.empty()) greeting_.erase(0, events_.data(greeting_));
  if (greeting_.empty() && far_) far_->resume();
}

void DoorEnd::changed() {
  if (greeted_) return events_.changed();
  const State state = far_->state();
  if (state == State::lost) return events_.changed();
  if (state == State::refused) return give_up(far_->why());
  if (state == State::closed || far_->ended()) give_up("the connection ended without an SSH server's greeting");
}

void DoorEnd::give_up(const std::string& why) {
  if (greeted_) return;
  late_.stop();
  ++*turn_;
  greeted_ = true;
  greeting_.clear();
  if (far_) bury(loop_, std::move(far_));
  gave_up_(why);
  take_pipe();
}

void DoorEnd::take_pipe() {
  auto far = way_.open(door_.otherwise, from_, inner_events());
  if (far) {
    far_ = std::move(*far);
  } else {
    why_ = far.error().cause;
    soon_.start(Milliseconds{0});
  }
}

}  // namespace helper::tunnel
