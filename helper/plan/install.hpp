// Whether JupyterLab is installed in a container that has no Jupyter, what a person is asked before, and what is told
// when it failed.
#pragma once

#include "base/prompt.hpp"
#include "plan/step.hpp"

#include <string_view>

namespace helper::plan {

class Draft;

// The config has agreed to it, and the container is this target's own; or a person has agreed, whatever the container.
[[nodiscard]] bool install_is_agreed(const Draft& draft);

// To be answered with yes or no.
[[nodiscard]] Question install_question(const Desired& desired, const Observed& observed,
                                        const InstallJupyter& install);

// Error inside_failed, by what pip or uv printed: their own last words, and a fix.
[[nodiscard]] Error install_error(const config::Target& target, const InstallJupyter& install,
                                  std::string_view printed);

}  // namespace helper::plan
