// How a command finds the daemon, or starts it: from the endpoint file, and with the daemon's own lock as the judge
// when two commands come at once.
#pragma once

#include "base/paths.hpp"
#include "base/result.hpp"
#include "rpc/client.hpp"

#include <filesystem>
#include <optional>
#include <stop_token>

namespace helper::rpc {

// Ready within this, or an error: a daemon needs a few milliseconds.
inline constexpr Milliseconds k_start_limit{10'000};

// A client of the daemon that runs and has answered just now; nullopt when none does.
[[nodiscard]] std::optional<Client> find_daemon(const Paths& paths, const std::stop_token& stop);

// The same, but started from the program `helperd` when there is none. A daemon of another version is asked to end
// first. HELPER_NO_SPAWN=1 in the environment forbids starting. Error: daemon_unreachable, or what the daemon itself
// could not do.
[[nodiscard]] Result<Client> connect_or_start(const Paths& paths, const std::filesystem::path& helperd,
                                              const std::stop_token& stop);

}  // namespace helper::rpc
