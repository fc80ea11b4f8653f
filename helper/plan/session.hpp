// Whether a strict SSH session works, as an IDE begins one: which key, whose host keys, and what a login finds on its
// way.
#pragma once

#include "plan/desired.hpp"
#include "plan/observed.hpp"

#include <optional>
#include <string>

namespace helper::plan {

// Why ssh would not use the person's key; nullopt when it would, if only from an agent. Pure.
[[nodiscard]] std::optional<Error> key_problem(const LocalKey& key);

// A server through the SSH tunnel showed a host key that is not the target's.
[[nodiscard]] bool shows_another_key(const Observed& observed, std::uint16_t local_port);

// Which SSH server (Inside::ssh_server, "" = none that can be told from another) has proven that it holds the target's
// host key, once a look is over: `proven`, which did so before, when it still listens, or one that showed the target's
// keys only. The keys were asked for between two looks, so it must be `before`, who listened at the look before, too.
[[nodiscard]] std::string proven_server(const Observed& observed, std::uint16_t local_port, const std::string& before,
                                        const std::string& proven);

// Why no session is tried with this key: nobody could answer for it. "" when one is. Pure.
[[nodiscard]] std::string why_untried(const LocalKey& key);

// What a session depends on: another value, and it must be tried again. "" when nothing can be tried yet.
[[nodiscard]] std::string session_key(const Desired& desired, const Observed& observed);

// Why a session as it was tried is of no use to an IDE; nullopt when it works, and when nothing is known to be in the
// way of one that could not be tried to its end.
[[nodiscard]] std::optional<Error> session_problem(const Desired& desired, const Observed& observed);
// What a person must know of a session that could not be tried to its end; "" for another.
[[nodiscard]] std::string session_note(const Desired& desired, const Observed& observed);

}  // namespace helper::plan
