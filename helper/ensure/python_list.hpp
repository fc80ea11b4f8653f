// PythonList is what `helper python list` shows: every interpreter of the container, which is chosen, and why.
#pragma once

#include "plan/desired.hpp"
#include "plan/observed.hpp"

#include <string>
#include <vector>

namespace helper::ensure {

struct PythonEntry {
  std::string path;
  std::string version;
  std::string prefix;
  std::string base_prefix;              // another one than prefix in a virtual environment
  std::vector<std::string> sources;     // how it was found: "login:python", "conda:CenterNet"
  std::vector<std::string> frameworks;  // "torch 2.2.0"
  std::vector<std::string> missing;     // of project.imports
  bool chosen = false;
  bool login = false;  // what `which python` in the login shell names
};

struct PythonList {
  std::string target;
  std::string wanted;                // the config's "python"
  std::string cause;                 // why the chosen one is chosen; why none is
  std::vector<PythonEntry> pythons;  // the chosen one first
  std::vector<std::string> notes;
  std::vector<std::string> unasked{};  // sources of those that were not run, as some of too many
};

// Pure. `inside` must come from a full look.
[[nodiscard]] PythonList python_list(const config::Target& target, const plan::Inside& inside);

}  // namespace helper::ensure
