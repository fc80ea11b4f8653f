// The answers of `helper init`: from options where they were given, from the person where there is one, from defaults
// elsewhere.
#pragma once

#include "base/prompt.hpp"
#include "cli/init_offers.hpp"
#include "cli/parse.hpp"
#include "config/devcontainer/translate.hpp"
#include "config/template.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace helper::cli {

// A name that a target and a container may have, made from a folder's: "my project" -> "my-project"; where
// nothing of it is left "target-" and four digits that tell two folders apart.
[[nodiscard]] std::string name_from_folder(std::string_view folder_name);

// What --from or --from-container names, read for a server; nothing without them.
using ReadDevcontainer = std::function<Result<std::optional<config::Devcontainer>>(const std::string& server)>;

// What was read is not asked again, and not in the answers yet. `person` is null without a terminal. An answer that
// the config would refuse is asked again, with the reason. Errors: usage (no image, and nobody to ask for one), those
// of the person and of `read`.
[[nodiscard]] Result<config::TemplateAnswers> gather_answers(const Arguments& arguments,
                                                             const std::filesystem::path& folder,
                                                             const ReadDevcontainer& read, Prompter* person,
                                                             const std::stop_token& stop,
                                                             const InitOffers& offers = {});

}  // namespace helper::cli
