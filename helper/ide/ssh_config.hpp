// How OpenSSH is told to reach a target: a Host block for ssh_config(5), and the same as one command line.
#pragma once

#include "base/result.hpp"
#include "ide/access.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace helper::ide {

// What a Host block answers to: the target's name and the name of its host keys (helper-TARGET), which no server of the
// person's own is called; or only the second, where one has the target's name.
enum class HostNames { both, second_only };

// Keywords of OpenSSH 8.5 and 8.7. An ssh that does not know one refuses the whole file, for every host: the
// IgnoreUnknown of a Host block counts for that host alone.
enum class Keywords { all, of_before };
// ssh exits with 0 when it knows all of them. It reads no file, and connects to nothing.
[[nodiscard]] std::vector<std::string> ask_keywords_argv();

// The Host block, to be pasted into ~/.ssh/config or included from it. `proxy`, when there is one, is the command whose
// standard input and output ssh takes for the connection. Error: file_failed when a path cannot be written in
// ssh_config's syntax.
[[nodiscard]] Result<std::string> ssh_config_block(const Access& access, const std::vector<std::string>& proxy = {},
                                                   HostNames names = HostNames::both,
                                                   Keywords keywords = Keywords::all);

// The ssh command that needs no such block, short enough to be read and pasted. Same error.
[[nodiscard]] Result<std::vector<std::string>> ssh_argv(const Access& access);

// The same as helper runs it: what the person sets for all hosts does not change the way to the container. Same error.
[[nodiscard]] Result<std::vector<std::string>> ssh_run_argv(const Access& access);

// The options of both ssh and scp in it: the key, and the container's host key checked strictly. Same error.
[[nodiscard]] Result<std::vector<std::string>> ssh_options(const Access& access);

// The options that keep settings for all hosts (Host *) from a command that helper runs.
enum class Program { ssh, scp };
[[nodiscard]] std::vector<std::string> fixed_options(const Access& access, Program program);

// A path as an ssh_config argument: '%' doubled (ssh expands tokens there), in double quotes
// when it needs them. Error: file_failed for control characters and for "${", which ssh expands and nothing can escape.
[[nodiscard]] Result<std::string> ssh_config_path(std::string_view path);

}  // namespace helper::ide
