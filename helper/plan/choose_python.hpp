// Which interpreter of the container is the right one, and why.
#pragma once

#include "base/result.hpp"
#include "plan/observed.hpp"

#include <optional>
#include <string>
#include <vector>

namespace helper::plan {

struct PythonChoice {
  Python python;
  std::string cause;  // "the login shell's `which python`"
};

// `wanted` is the config's "python": "auto", "conda:NAME" or an absolute path. For "auto", the first of: the login
// shell's python, its python3, the only conda environment, conda's base, the system's (/usr/bin, /usr/local/bin), each
// only if it is Python 3. Error: python_missing, naming what was found.
[[nodiscard]] Result<PythonChoice> choose_python(const std::string& wanted, const std::vector<Python>& found);

}  // namespace helper::plan
