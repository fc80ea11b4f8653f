// Our file of Host blocks, which ~/.ssh/config includes: one block for each target whose settings were applied.
#pragma once

#include "base/files.hpp"
#include "ide/ssh_config.hpp"
#include "settings/ledger.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace helper::settings {

// Whether the person's own configuration (`config` and what it includes, but for `ours`) says something of that name.
// Files that cannot be read say nothing. Patterns that fit every name do not count.
[[nodiscard]] bool is_own_host(FileStore& files, const std::filesystem::path& config, const std::filesystem::path& ours,
                               const std::filesystem::path& home, const std::string& name);

// What this machine's ssh knows; all when there is none, or it does not answer within 5 s.
[[nodiscard]] ide::Keywords keywords_of_ssh();

// The text of our file: the newest target first, and of two that have the same name only the newest; "" for none. A
// block answers to the target's name unless `is_taken` says that it is a server's already, and always to its second
// name. Error: file_failed for a path that cannot be there.
[[nodiscard]] Result<std::string> hosts_text(const std::vector<Applied>& targets,
                                             const std::function<bool(const std::string& name)>& is_taken,
                                             ide::Keywords keywords = ide::Keywords::all);

}  // namespace helper::settings
