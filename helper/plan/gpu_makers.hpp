// GPUs that a container gets as device files. Engines have a way of their own (--gpus, a runtime, CDI) for NVIDIA's
// only.
#pragma once

#include <span>
#include <string_view>

namespace helper::plan {

struct GpuMaker {
  std::string_view name;   // as a look tells it: "AMD"
  std::string_view key;    // as container.gpus names it: "amd"; "" = it does not
  std::string_view first;  // the beginning of one of the files, by which a config shows that it has them
  std::span<const std::string_view> devices;  // files, or folders of them, for --device
};

// AMD: https://rocm.docs.amd.com ("Running ROCm Docker containers"); Intel's compute runtime needs the render nodes;
// Huawei: https://www.hiascend.com, "--device" of Ascend's containers.
[[nodiscard]] std::span<const GpuMaker> gpu_makers();

// The one that container.gpus names; nullptr when it names none, or NVIDIA's.
[[nodiscard]] const GpuMaker* gpu_maker(std::string_view gpus);

}  // namespace helper::plan
