// The lists of interpreters and of GPUs as text for people; pure.
#pragma once

#include "cli/render/style.hpp"
#include "ensure/python_list.hpp"
#include "ensure/report.hpp"

#include <string>

namespace helper::cli {

[[nodiscard]] std::string render_pythons(const Style& style, const ensure::PythonList& list);

// Without the problems, which belong on the other output.
[[nodiscard]] std::string render_gpus(const Style& style, const ensure::GpuReport& report);

}  // namespace helper::cli
