#include "plan/draft.hpp"
#include "plan/gpu_ladder.hpp"

namespace helper::plan {

// GPUs that are missing keep nobody from SSH: they are a shortfall, which is told once the rest stands.
void plan_gpu(Draft& draft, const Inside&) {
  if (auto failure = lowest_failure(gpu_ladder(draft.desired, draft.observed))) draft.shortfall(std::move(*failure));
}

}  // namespace helper::plan
