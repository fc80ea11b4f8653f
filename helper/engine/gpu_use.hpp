// Who uses the server's GPUs, and how much: what nvidia-smi answers there, and whose processes they are.
#pragma once

#include "base/command.hpp"
#include "base/result.hpp"
#include "base/sections.hpp"
#include "engine/engine_cli.hpp"
#include "plan/place.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace helper::engine {

struct GpuProcess {
  int pid = 0;                    // on the server
  std::string name;               // as nvidia-smi names it
  std::optional<int> memory_mib;  // absent: not told
  std::string user;               // of the server; "" when it is not told
  std::string container;          // "" when it runs in none
  friend bool operator==(const GpuProcess&, const GpuProcess&) = default;
};

struct GpuUse {
  int index = 0;
  std::string name;
  std::string uuid;
  std::optional<int> memory_total_mib;
  std::optional<int> memory_used_mib;
  std::optional<int> utilisation;  // per cent; absent for a GPU that is divided (MIG)
  std::vector<GpuProcess> processes;
  friend bool operator==(const GpuUse&, const GpuUse&) = default;
};

// Pure: the script, and the reading of its sections. Where the server has no nvidia-smi, the place's is asked; it
// knows no processes. Error: gpu_no_driver in nvidia-smi's words.
[[nodiscard]] std::string gpu_use_script(const EngineCli& cli, const plan::Place& place, const std::string& nonce);
[[nodiscard]] Result<std::vector<GpuUse>> read_gpu_use(const std::vector<Section>& sections);

[[nodiscard]] Result<std::vector<GpuUse>> look_at_gpu_use(CommandRunner& server, const EngineCli& cli,
                                                          const plan::Place& place, const std::stop_token& stop);

}  // namespace helper::engine
