// How a command finds the daemon, or starts it: from the endpoint file, and with the daemon's own lock as the judge
// when two commands come at once.
#pragma once

#include "base/paths.hpp"
#include "base/prompt.hpp"
#include "base/result.hpp"
#include "rpc/client.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

namespace helper::rpc {

// Ready within this, or an error: a daemon needs a few milliseconds.
inline constexpr Milliseconds k_start_limit{10'000};

// A client of the daemon that runs and has answered just now; nullopt when none does.
[[nodiscard]] std::optional<Client> find_daemon(const Paths& paths, const std::stop_token& stop);

// What a command does about a daemon of another version that is in use.
struct OtherVersion {
  std::function<Result<bool>(const Question& question, const std::stop_token& stop)> ask{};  // empty: nobody to ask
  std::function<void(const std::string& line)> say{};                                        // may be empty
};

// The same, but started from the program `helperd` when there is none. A daemon of another version is replaced; one
// that carries connections only when the person says so, and else it is used (rpc/load). HELPER_NO_SPAWN=1 in the
// environment forbids starting. Error: daemon_unreachable, or what the daemon itself could not do.
[[nodiscard]] Result<Client> connect_or_start(const Paths& paths, const std::filesystem::path& helperd,
                                              const std::stop_token& stop, const OtherVersion& other = {});

}  // namespace helper::rpc
