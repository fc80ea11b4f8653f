// The answers of `helper init`: from options where they were given, from the person where there is one, from defaults
// elsewhere.
#pragma once

#include "base/prompt.hpp"
#include "cli/arguments.hpp"
#include "config/template.hpp"

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

namespace helper::cli {

// A name that a target and a container may have, made from a folder's: "my project" -> "my-project"; "target" when
// nothing of it is left.
[[nodiscard]] std::string name_from_folder(std::string_view folder_name);

// `person` is null without a terminal. Errors: usage (no image, and nobody to ask for one), those of the person.
[[nodiscard]] Result<config::TemplateAnswers> gather_answers(const Arguments& arguments,
                                                             const std::filesystem::path& folder, Prompter* person,
                                                             const std::stop_token& stop);

}  // namespace helper::cli
