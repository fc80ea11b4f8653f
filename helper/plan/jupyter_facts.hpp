// JupyterFacts is what a look tells of Jupyter in a running container: which interpreters can run it, and what runs.
#pragma once

#include <string>
#include <vector>

namespace helper::plan {

enum class JupyterKind { lab, notebook };

// A Jupyter that an interpreter has as a module, so that `PYTHON -m jupyterlab` or `PYTHON -m notebook` runs it.
struct JupyterPackage {
  std::string python;  // the interpreter's path
  JupyterKind kind = JupyterKind::lab;
  std::string version;  // "4.0.11"; "" when it says none
  friend bool operator==(const JupyterPackage&, const JupyterPackage&) = default;
};

struct JupyterFacts {
  std::vector<JupyterPackage> packages;
  bool listening = false;         // something listens on the port that the config names
  bool image_starts_one = false;  // a young container's own Jupyter, which may take the port yet
  bool ours_runs = false;         // the one that we started is alive
  bool ours_ended = false;        // we started one in this run of the container, and it is not alive
  int sessions = 0;               // kernels and terminals of ours, which end with it
  unsigned int uid = 0;           // whose process ours is
  std::string setup;              // the line (JupyterSetup) by which ours was started
  std::string token;              // secret, of ours: it stands in no plan, event or log
  friend bool operator==(const JupyterFacts&, const JupyterFacts&) = default;
};

}  // namespace helper::plan
