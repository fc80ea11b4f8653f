// The one line of ours in ~/.ssh/config, an Include of our file of Host blocks, and what else such a text tells us.
// Pure.
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::settings {

// ssh_config(5): the arguments of one line; empty for a comment, an empty line or one with an open quote. The first is
// the keyword in lower case.
[[nodiscard]] std::vector<std::string> words_of_line(std::string_view line);

// "Include /home/u/.local/share/helper/ssh_config", with quotes where it takes them. Error: file_failed for a path that
// ssh would read otherwise than it is written.
[[nodiscard]] Result<std::string> include_line(const std::filesystem::path& file);

// The text with our Include as its first line, in the line ends that it has; the text itself when its first setting is
// an Include of our file, however it is spelled. What stands above it would win, since ssh takes the first value that
// it finds. `home` is what "~" means.
[[nodiscard]] Result<std::string> with_include(std::optional<std::string_view> text, const std::filesystem::path& file,
                                               const std::filesystem::path& home);

// The text without the line that with_include() writes; nullopt when nothing else is in it. Below a Host or Match the
// same line is the person's.
[[nodiscard]] Result<std::optional<std::string>> without_include(std::string_view text,
                                                                 const std::filesystem::path& file);

// Whether a Host or Match line here says something of `name` and not of every name: then it is a server of the person's
// own.
[[nodiscard]] bool names_host(std::string_view text, const std::string& name);

// The paths that Include lines of the text name, `~` and relative ones made absolute; they may be patterns.
[[nodiscard]] std::vector<std::filesystem::path> includes_of(std::string_view text, const std::filesystem::path& home);

}  // namespace helper::settings
