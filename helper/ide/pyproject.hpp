// What PyCharm reads in a pyproject.toml when it makes a module of its folder.
#pragma once

#include <string>
#include <string_view>

namespace helper::ide {

// The name that the module gets: of [project], else of [tool.poetry]; "" when neither says one that a file can have.
[[nodiscard]] std::string pyproject_name(std::string_view text);

}  // namespace helper::ide
