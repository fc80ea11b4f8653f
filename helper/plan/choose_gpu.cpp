#include "plan/choose_gpu.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace helper::plan {
namespace {

constexpr const char* k_nvidia = "nvidia";
constexpr const char* k_install_toolkit =
    "on the server: sudo apt-get install -y nvidia-container-toolkit && sudo nvidia-ctk runtime configure "
    "--runtime=docker && "
    "sudo systemctl restart docker";

bool has_runtime(const Engine& engine, const std::string& name) {
  return std::ranges::find(engine.runtimes, name) != engine.runtimes.end();
}

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string why_failed(const Attempts& attempts, GpuWay way) {
  const auto failed = attempts.failed_ways.find(way);
  return failed == attempts.failed_ways.end() ? std::string() : failed->second;
}

tl::unexpected<Error> unavailable(const std::string& cause) {
  return fail(ErrorCode::gpu_unavailable, "GPU", cause, k_install_toolkit);
}

Result<GpuChoice> by_runtime(const std::string& name, const Engine& engine, const Attempts& attempts) {
  if (!has_runtime(engine, name)) {
    return unavailable("the engine has no runtime named " + name + " (it has " + list(engine.runtimes) + ")");
  }
  if (const auto why = why_failed(attempts, GpuWay::runtime); !why.empty())
    return unavailable("--runtime=" + name + " failed: " + why);
  return GpuChoice{GpuWay::runtime, name, {}};
}

Result<GpuChoice> by_flag(const Attempts& attempts) {
  if (const auto why = why_failed(attempts, GpuWay::gpus_flag); !why.empty())
    return unavailable("--gpus failed: " + why);
  return GpuChoice{GpuWay::gpus_flag, {}, {}};
}

Result<GpuChoice> automatic(const Engine& engine, const Attempts& attempts) {
  const auto flag_failed = why_failed(attempts, GpuWay::gpus_flag);
  if (flag_failed.empty()) return by_flag(attempts);
  if (!has_runtime(engine, k_nvidia)) {
    return unavailable("--gpus failed (" + flag_failed + ") and the engine has no runtime named nvidia (it has " +
                       list(engine.runtimes) + "): the NVIDIA Container Toolkit is missing or not set up");
  }
  if (const auto why = why_failed(attempts, GpuWay::runtime); !why.empty()) {
    return unavailable("both ways failed: --gpus (" + flag_failed + "), --runtime=nvidia (" + why + ")");
  }
  return GpuChoice{GpuWay::runtime, k_nvidia, "--gpus failed (" + flag_failed + "), the engine has the runtime nvidia"};
}

}  // namespace

Result<GpuChoice> choose_gpu(const config::ContainerConfig& container, const Engine& engine, const Attempts& attempts) {
  if (container.gpus == "none") return GpuChoice{};
  if (container.runtime == "auto") return automatic(engine, attempts);
  if (container.runtime == "gpus") return by_flag(attempts);
  return by_runtime(container.runtime, engine, attempts);
}

bool is_about_gpus(const std::string& engine_text) {
  constexpr std::array<std::string_view, 6> k_words{"gpu",  "nvidia",     "could not select device driver",
                                                    "nvml", "cdi device", "unknown runtime"};
  std::string lower = engine_text;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::any_of(k_words, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

}  // namespace helper::plan
