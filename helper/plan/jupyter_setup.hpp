// JupyterSetup is how the Jupyter of a target is to run in its container: by which interpreter, for whom, where.
#pragma once

#include "plan/desired.hpp"
#include "plan/observed.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace helper::plan {

struct JupyterSetup {
  JupyterPackage package;
  std::string user;
  std::string home;
  std::string folder;   // where its notebooks are; made when it is not there
  std::string address;  // on which it listens: 0.0.0.0 in a network of the container's own, else 127.0.0.1
  std::uint16_t port = 0;
  friend bool operator==(const JupyterSetup&, const JupyterSetup&) = default;
};

// None: no interpreter has Jupyter, or the config asks for none. The chosen interpreter's is taken before any other's,
// Lab before Notebook.
[[nodiscard]] std::optional<JupyterSetup> jupyter_setup(const Desired& desired, const Observed& observed);

// All of it on one line, to be kept beside a Jupyter and compared with what is wanted later.
[[nodiscard]] std::string to_line(const JupyterSetup& setup);

// "JupyterLab 4.0.11", "Jupyter Notebook 6.4.12".
[[nodiscard]] std::string to_text(const JupyterPackage& package);

}  // namespace helper::plan
