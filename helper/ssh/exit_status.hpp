// How commands on a server end. Pure.
#pragma once

#include <string_view>

namespace helper::ssh {

// 128 + n for a signal as SSH names it ("KILL", RFC 4254 6.10); 255 for one unknown.
[[nodiscard]] int status_of_signal(std::string_view name);

}  // namespace helper::ssh
