// What a login meets on its way in a place: its shell, the files that it reads, and the rights on the files of
// ours. Looked at when a session was tried and failed.
#pragma once

#include "inside/run.hpp"
#include "plan/observed.hpp"

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace helper::inside {

// Pure: the script, and the reading of what it printed into `tried`.
[[nodiscard]] std::string session_script(const std::string& user, const std::vector<std::string>& folders,
                                         const std::string& nonce);
void read_session(std::string_view text, const std::string& nonce, plan::SessionTry& tried);

// `folders` are plan::sshd_folders(). Each start file is run alone, as the user, for 5 s at most: as every session of
// that user does. Errors: the runner's.
[[nodiscard]] Result<void> look_at_session(CommandRunner& server, const Place& place,
                                           const std::vector<std::string>& folders, plan::SessionTry& tried,
                                           const std::stop_token& stop);

}  // namespace helper::inside
