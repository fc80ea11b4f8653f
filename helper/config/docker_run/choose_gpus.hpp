// What the value of docker run --gpus says, in terms of container.gpus.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace helper::config {

// The value of --gpus, a CSV record: all, a count, device=0,1 (in quotes when there are several), and what the driver
// should do.
struct GpuChoice {
  std::string which;                   // as container.gpus takes it
  std::vector<std::string> not_known;  // names of fields that no config has
  std::string capabilities{};          // "utility,graphics"; "" where compute and utility are what is asked for
};
[[nodiscard]] GpuChoice choose_gpus(std::string_view value);

}  // namespace helper::config
