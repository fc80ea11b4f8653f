#include "plan/draft.hpp"

namespace helper::plan {

void plan_gpu(Draft& draft, const Inside& inside) {
  if (draft.config.gpus == "none" || !inside.gpus.empty()) return;
  draft.note(inside.nvidia_smi ? "no GPU is visible in the container: nvidia-smi -L lists none"
                               : "no GPU was seen in the container: nvidia-smi is not there or fails");
}

}  // namespace helper::plan
