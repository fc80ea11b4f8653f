// How a command on a server fails, in words: the same for every kind of command.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "ssh/host_config.hpp"

#include <string>
#include <string_view>

namespace helper::ssh {

// A peer that owes us an acknowledgement for this long is taken for dead: well above any round trip, and below the 10 s
// after which the kernel gives up by itself.
inline constexpr Milliseconds k_dead_after{5'000};

inline Error lost_link(const std::string& server, const std::string& why) {
  return {ErrorCode::server_unreachable, server, "the link was lost while a command ran there (" + why + ")",
          "check that the server is up and that this network reaches it, then try again"};
}
inline Error no_command_ran(const std::string& server) {
  return {ErrorCode::server_command, server, "the shell there ended before it ran the command",
          "check that this prints hello: " + ssh_by_hand(server, {}, "exec sh -c 'echo hello'")};
}
inline Error refuses_commands(const std::string& server, const std::string& what, const std::string& why) {
  return {ErrorCode::server_command, server, "the server refuses " + what + ": " + why,
          "check with: " + ssh_by_hand(server, {}, "true")};
}
inline Error printed_too_much(const std::string& server) {
  return {ErrorCode::server_command, server, "a command printed more than 8 MiB", {}};
}
inline Error was_cancelled(const std::string& server) {
  return {ErrorCode::cancelled, server, "the request was cancelled while a command ran there", {}};
}
// Start files of the login shell may put another program in place of the shell that was asked for: its standard input
// is the command, which that program reads and never runs.
inline Error took_too_long(const std::string& server, Milliseconds limit, bool begun) {
  if (begun) return {ErrorCode::timed_out, server, "a command there did not end within " + duration_text(limit), {}};
  return {ErrorCode::timed_out, server,
          "the shell there took a command and had not begun to run it after " + duration_text(limit) +
              "; a start file of the account there (~/.bashrc) may start another shell or program",
          "check that this prints hello: " + ssh_by_hand(server, {}, "exec sh -c 'echo hello'") +
              "; in the start file, start other shells only where there is a terminal: [ -t 0 ] && exec fish"};
}

// How commands on a server end. Pure.

// 128 + n for a signal as SSH names it ("KILL", RFC 4254 6.10); 255 for one unknown.
[[nodiscard]] int status_of_signal(std::string_view name);

}  // namespace helper::ssh
