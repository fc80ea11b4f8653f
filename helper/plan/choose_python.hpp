// Which interpreter of the container is the right one, and why. The rule is written for people in docs/python.md.
#pragma once

#include "base/result.hpp"
#include "config/config.hpp"
#include "plan/observed.hpp"

#include <optional>
#include <string>
#include <vector>

namespace helper::plan {

struct PythonChoice {
  Python python;
  std::string cause;  // "the login shell's `which python`"
};

// What the config names; else ("auto") the first of these that is Python 3, and of these rather one that can import all
// that project.imports names:
//   1. the environment that the login shell activates: its python, its python3, when it is not the system's or the
//      image's;
//   2. the project's own environment: by UV_PROJECT_ENVIRONMENT, .venv, venv or env in its folder, what .pdm-python
//      or .pdm.toml names, pixi's, poetry's, pipenv's or hatch's for it, the conda environment that its environment.yml
//      names, the version that its mise.toml, .tool-versions or .python-version names; what the image activates
//      (CONDA_PREFIX, VIRTUAL_ENV);
//   3. one that can import all that project.imports names, or has a framework (torch, tensorflow, jax, mindspore);
//   4. the image's own PATH's unless that is the system's, the login shell's, the image's, the only conda environment,
//      conda's base, the system's, that of pyenv, mise, asdf or rye, uv's.
// Within 3, that which has more of the packages in requirements.txt goes first.
// Error: python_missing, naming what was found.
[[nodiscard]] Result<PythonChoice> choose_python(const config::Target& target, const Inside& inside);

// The login shell's `which python`, or its `which python3`; nullptr when it has neither.
[[nodiscard]] const Python* login_python(const std::vector<Python>& found);

// What is worth telling about a choice: that another Python answers in a terminal, that modules are missing, that the
// login shell was not waited for, that an environment of the project does not run, or is in a folder of it.
[[nodiscard]] std::vector<std::string> python_notes(const config::Target& target, const Inside& inside,
                                                    const PythonChoice& choice);

}  // namespace helper::plan
