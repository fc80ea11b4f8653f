// How commands on a server end, by themselves and when they are made to.
#pragma once

#include "ssh/session.hpp"

#include <string>
#include <string_view>

namespace helper::ssh {

// Pure: 128 + n for a signal as SSH names it ("KILL", RFC 4254 6.10); 255 for one unknown.
[[nodiscard]] int status_of_signal(std::string_view name);

// Tells the process group `group`, a number as the server's shell printed it, to end, and then makes it end. Does not
// wait for that. sshd ends nothing when a channel without a terminal is closed, and passes on no signals to a session
// of root's: so another shell does it, on an exec channel.
void end_process_group(Session& session, const std::string& group);

}  // namespace helper::ssh
