// Work is what runs in a container and would be lost if the container ended: here the kernels of its Jupyter. Pure.
#pragma once

#include "base/prompt.hpp"
#include "plan/desired.hpp"
#include "plan/jupyter.hpp"
#include "plan/observed.hpp"
#include "plan/step.hpp"

#include <optional>
#include <string>
#include <vector>

namespace helper::plan {

// Where a Jupyter can be asked, and with which token ("" = with none: it is not ours).
struct JupyterDoor {
  Remote remote;
  std::string token;  // secret
};

// None: the config names no Jupyter, none listens in the container, or nothing reaches it.
[[nodiscard]] std::optional<JupyterDoor> jupyter_door(const Desired& desired, const Observed& observed);

// Whether a step of the plan ends what runs in the target's container now.
[[nodiscard]] bool ends_work(const Plan& plan, const Desired& desired, const Observed& observed);

// Neither idle nor dead. Jupyter misses what a kernel says in its first moments, and goes on calling a kernel
// "starting" that computes: such a kernel counts as busy.
[[nodiscard]] bool is_busy(const JupyterKernel& kernel);

// "2 kernels are busy: train.ipynb, eval.ipynb (starting)"; "" when none is busy, or that is not known.
[[nodiscard]] std::string busy_text(const JupyterWork& work);
// What a person should know before the container ends: the busy kernels, or that they are not known. At most one line.
[[nodiscard]] std::vector<std::string> losses_of(const std::optional<JupyterWork>& work);

// "Stop container centernet". Answers: "yes", "no".
[[nodiscard]] Question work_question(const Desired& desired, const JupyterWork& work);
// There is nobody to ask. `verb` is the command that may be run again with --yes; "" = the one of the power.
[[nodiscard]] Error work_error(const Desired& desired, const JupyterWork& work, const std::string& verb);

}  // namespace helper::plan
