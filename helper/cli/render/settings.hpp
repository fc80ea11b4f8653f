// What was, or would be, done to the settings of IDEs and of ssh, as text for people; pure.
#pragma once

#include "cli/render/style.hpp"
#include "settings/report.hpp"

#include <string>

namespace helper::cli {

enum class SettingsAction { apply, undo };

// A line for each file under its owner's name; what is as it should be is only counted. Errors of files that are left
// are not in it: they belong on the other output.
[[nodiscard]] std::string render_settings(const Style& style, const settings::Report& report, SettingsAction action);

}  // namespace helper::cli
