#include "plan/draft.hpp"

namespace helper::plan {

void plan_gpu(Draft& draft, const Inside& inside) {
  if (draft.config.gpus == "none" || !inside.gpu.gpus.empty()) return;
  draft.note(inside.gpu.smi_found && inside.gpu.smi_status == 0
                 ? "no GPU is visible in the container: nvidia-smi -L lists none"
                 : "no GPU was seen in the container: nvidia-smi is not there or fails");
}

}  // namespace helper::plan
