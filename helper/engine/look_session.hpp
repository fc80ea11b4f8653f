// What a login meets on its way in the container: its shell, the files that it reads, and the rights on the files of
// ours. Looked at when a session was tried and failed.
#pragma once

#include "base/command.hpp"
#include "engine/engine_cli.hpp"
#include "plan/observed.hpp"

#include <stop_token>
#include <string>
#include <string_view>

namespace helper::engine {

// Pure: the script, and the reading of what it printed into `tried`.
[[nodiscard]] std::string session_script(const std::string& user, const std::string& nonce);
void read_session(std::string_view text, const std::string& nonce, plan::SessionTry& tried);

// Each start file is run alone, as the user, for 5 s at most: as every session of that user does. Errors: the runner's.
[[nodiscard]] Result<void> look_at_session(CommandRunner& server, const EngineCli& cli, const std::string& container,
                                           const std::string& user, plan::SessionTry& tried,
                                           const std::stop_token& stop);

}  // namespace helper::engine
