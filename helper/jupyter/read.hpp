// Reads what Jupyter's REST API says of kernels and sessions. Pure; any bytes are taken, and what does not fit the API
// is an error or is left out. Source: jupyter_server's openapi `Kernel` and `Session`, the same since Notebook 4.
#pragma once

#include "base/result.hpp"
#include "plan/jupyter.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace helper::jupyter {

// GET /api/kernels. Sorted by name and id. Error: inside_failed.
[[nodiscard]] Result<std::vector<plan::JupyterKernel>> read_kernels(std::string_view body);
// GET /api/sessions: the notebook's path by the kernel's id. Error: inside_failed.
[[nodiscard]] Result<std::map<std::string, std::string>> read_sessions(std::string_view body);

}  // namespace helper::jupyter
