// How a new container gets its GPUs: by --gpus, by --runtime=NAME, by CDI devices, as device files (those of another
// maker than NVIDIA), or why none of these can be.
#pragma once

#include "base/result.hpp"
#include "plan/desired.hpp"
#include "plan/observed.hpp"

#include <optional>
#include <string>

namespace helper::plan {

struct GpuChoice {
  GpuWay way = GpuWay::none;
  std::string runtime;  // with GpuWay::runtime
  std::string cause;    // "--gpus failed, the engine has the runtime nvidia"; may be ""
};

// With "runtime": "auto", Docker: --gpus first, then --runtime=nvidia if the engine has it, then CDI if it knows that;
// Podman: CDI, since it takes --gpus and does nothing. A way that failed in this request
// is not chosen again. Only a trial shows whether --gpus works: nothing in `docker info` does. Error: gpu_unavailable.
[[nodiscard]] Result<GpuChoice> choose_gpu(const config::ContainerConfig& container, const Engine& engine,
                                           const Attempts& attempts);

// The GPUs that the config names and `nvidia-smi -L` on the server does not list, before anything is stopped or created
// for them. nullopt: it lists them, or what it says or the config names (parts of GPUs, CDI names) is no list to
// compare.
[[nodiscard]] std::optional<Error> missing_gpus(const config::ContainerConfig& container,
                                                const std::optional<GpuFacts>& server);

// Whether the engine's text about a failed start is about GPUs. Engines say it only in free text, so this looks for the
// words that Docker 20.10 to 28 and NVIDIA's tools use.
[[nodiscard]] bool is_about_gpus(const std::string& engine_text);

}  // namespace helper::plan
