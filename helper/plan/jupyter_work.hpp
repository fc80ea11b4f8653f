// JupyterWork is what a Jupyter was doing when it was asked by its REST API: its kernels. No part of Observed, since a
// look does not ask for it: only `status` does, and whoever is about to end it.
#pragma once

#include <string>
#include <vector>

namespace helper::plan {

// What is text has come through printable().
struct JupyterKernel {
  std::string id;
  std::string name;           // of its kernelspec: "python3"
  std::string state;          // Jupyter's word: "idle", "busy", "starting"
  std::string last_activity;  // RFC 3339; "" when it is not told
  std::string notebook;       // the file whose session it is: "work/train.ipynb"; "" when none is known
  int connections = 0;        // clients that listen to it now
  friend bool operator==(const JupyterKernel&, const JupyterKernel&) = default;
};

struct JupyterWork {
  std::vector<JupyterKernel> kernels;
  std::string unknown = {};  // why the kernels are not known; "" when they are
  friend bool operator==(const JupyterWork&, const JupyterWork&) = default;
};

}  // namespace helper::plan
