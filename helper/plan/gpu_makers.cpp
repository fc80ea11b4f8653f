#include "plan/gpu_makers.hpp"

#include <algorithm>
#include <array>

namespace helper::plan {
namespace {

constexpr std::array<std::string_view, 2> k_amd{"/dev/kfd", "/dev/dri"};
constexpr std::array<std::string_view, 1> k_intel{"/dev/dri"};
constexpr std::array<std::string_view, 4> k_huawei{"/dev/davinci0", "/dev/davinci_manager", "/dev/devmm_svm",
                                                   "/dev/hisi_hdc"};
constexpr std::array<GpuMaker, 3> k_makers{{
    {"AMD", "amd", "/dev/kfd", k_amd},
    {"Intel", "intel", "/dev/dri", k_intel},
    {"Huawei", "", "/dev/davinci", k_huawei},
}};

}  // namespace

std::span<const GpuMaker> gpu_makers() { return k_makers; }

const GpuMaker* gpu_maker(std::string_view gpus) {
  const auto maker =
      std::ranges::find_if(k_makers, [&](const GpuMaker& each) { return !each.key.empty() && each.key == gpus; });
  return maker == k_makers.end() ? nullptr : &*maker;
}

}  // namespace helper::plan
