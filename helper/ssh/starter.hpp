// A Starter is how one script is run on an exec channel of its own, whatever the login shell there is and prints when
// it starts: a fixed command that says a marker on both output streams, reads one line, and runs it. What follows that
// line on standard input, any bytes, is the script's. Pure.
#pragma once

#include <string>
#include <string_view>

namespace helper::ssh {

struct Starter {
  std::string marker;  // standard output: noise, marker, " PID", newline, the script's; standard error the same, no PID
  std::string exec;    // for the exec request; PID is its process group too, since sshd makes it a session's leader
  std::string line;    // the first bytes of standard input
};

// `script` has no NUL byte. `nonce` is random_nonce().
[[nodiscard]] Starter starter(std::string_view script, const std::string& nonce);

}  // namespace helper::ssh
