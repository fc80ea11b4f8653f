// The ladder of truths about GPUs, from the server's driver up to what nvidia-smi sees in the container: which rungs
// hold, and of one that fails the cause and what fixes it. docs/gpu.md explains each for people.
#pragma once

#include "base/error.hpp"
#include "plan/desired.hpp"
#include "plan/gpu_makers.hpp"
#include "plan/observed.hpp"

#include <optional>
#include <string>
#include <vector>

namespace helper::plan {

enum class RungState { holds, fails, unknown };

struct Rung {
  std::string name;  // "driver on the server"
  RungState state = RungState::unknown;
  std::string detail;          // "550.54.15"; of one that fails the cause
  std::optional<Error> error;  // of one that fails
};

// From the lowest rung up, for a container that was looked into. What is above a rung that fails is not judged
// (unknown); what is below one that is proven holds. Empty when the target wants no GPUs.
[[nodiscard]] std::vector<Rung> gpu_ladder(const Desired& desired, const Observed& observed);

// The lowest rung that fails.
[[nodiscard]] std::optional<Error> lowest_failure(const std::vector<Rung>& ladder);

// What is worth telling of GPUs that can be used: nvidia-smi lists them and warns, or it is slow.
[[nodiscard]] std::vector<std::string> gpu_notes(const Desired& desired, const Observed& observed);

// Whether the server shows no sign of an NVIDIA driver, so that no way to give a container GPUs can work.
[[nodiscard]] bool has_no_driver(const GpuFacts& server);

// Whether a look has seen GPUs of that maker.
[[nodiscard]] bool has_gpus_of(const GpuFacts& facts, const GpuMaker& maker);

// How many GPUs a container must see, as far as its config tells: nullopt where that cannot be counted.
[[nodiscard]] std::optional<std::size_t> wanted_gpus(const config::ContainerConfig& container,
                                                     const std::optional<GpuFacts>& server);

// "GPU ..." lines, without those of MIG devices.
[[nodiscard]] std::size_t count_gpus(const GpuFacts& facts);

[[nodiscard]] std::string to_text(RungState state);

}  // namespace helper::plan
