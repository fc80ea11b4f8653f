// Health decides from a session's silence whether it is still to be trusted. Pure.
#pragma once

#include "base/clock.hpp"
#include "ssh/channel.hpp"

#include <string>

namespace helper::tunnel {

// How a session stands when nothing special has happened, or just after the network of this machine changed.
enum class Mood { calm, hurried };

// TCP owes us an acknowledgement for longer than this: 1 s and four round trips, 2.5 s at most (retransmissions come
// after about one round trip and 200 ms, so several have been lost by then).
[[nodiscard]] Milliseconds unacked_limit(Milliseconds round_trip);
// The SSH server owes us an answer for longer than this. Longer than for TCP: a busy server is slow, not gone.
[[nodiscard]] Milliseconds unanswered_limit(Milliseconds round_trip, Mood mood);

[[nodiscard]] bool is_silent(const ssh::LinkHealth& health, Mood mood);
// "the server has acknowledged nothing for 1.6 s".
[[nodiscard]] std::string say_silence(const ssh::LinkHealth& health);

}  // namespace helper::tunnel
