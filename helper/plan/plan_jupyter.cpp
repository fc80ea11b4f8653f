#include "plan/draft.hpp"

namespace helper::plan {

void plan_jupyter(Draft& draft, const Inside& inside) {
  if (draft.target.jupyter && !inside.jupyter_listening && inside.sshd_listening) {
    draft.note("no Jupyter answers in the container yet; start it there with --ip=0.0.0.0 --port=" +
               std::to_string(draft.target.jupyter->port));
  }
}

}  // namespace helper::plan
