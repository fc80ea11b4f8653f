// The sh text that keeps a container up and does nothing else.
#pragma once

namespace helper::config {

// As process 1 a plain `sleep` ignores SIGTERM, and `docker stop` would take its full 10 s; the shell also reaps
// orphans.
inline constexpr const char* k_wait = "trap 'exit 0' TERM INT; while :; do sleep 86400 & wait $!; done";

}  // namespace helper::config
