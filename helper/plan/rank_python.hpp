// The rank of an interpreter under "python": "auto", by the rule of choose_python.hpp.
#pragma once

#include "plan/observed.hpp"

#include <optional>
#include <string>
#include <vector>

namespace helper::plan {

struct PythonRank {
  bool cannot_import = false;  // something that project.imports names
  int rule = 0;
  int place = 0;  // within the rule
  int requirements = 0;
  std::string cause;
  std::vector<int> version;  // of one among several that a tool keeps: the newest is the better one
  // The better one is the smaller.
  [[nodiscard]] bool operator<(const PythonRank& other) const;
};

// nullopt: the rule never takes it. With `look_at_imports` false, as if project.imports named nothing.
[[nodiscard]] std::optional<PythonRank> rank_python(const Python& python, const Inside& inside, bool look_at_imports);

// /usr is Debian's, /usr/local that of images such as python:3.12.
[[nodiscard]] bool is_systems(const Python& python);

// By .pdm-python or .pdm.toml of the project. Other sources "pdm:NAME" are environments that PDM keeps, of any project.
[[nodiscard]] bool is_named_by_pdm(const std::string& source);

// An environment of a folder within the project's, "venv:backend/.venv": no rule says that it is the right one.
[[nodiscard]] bool is_below_the_project(const Python& python);

}  // namespace helper::plan
