// GpuReport is what `helper gpu` tells: the server's GPUs and who uses them, the ladder that leads to the container,
// and on demand what each framework in it says.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <optional>
#include <string>
#include <vector>

namespace helper::ensure {

struct GpuProcessReport {
  int pid = 0;  // on the server
  std::string name;
  std::optional<int> memory_mib;
  std::string user;       // of the server; "" when it is not told
  std::string container;  // "" when it runs in none
};

struct GpuDeviceReport {
  int index = 0;
  std::string name;
  std::string uuid;
  std::optional<int> memory_total_mib;
  std::optional<int> memory_used_mib;
  std::optional<int> utilisation;  // per cent
  bool in_container = false;       // the target's container sees it
  std::vector<GpuProcessReport> processes;
};

struct GpuRungReport {
  std::string name;
  std::string state;  // "holds", "fails", "unknown"
  std::string detail;
};

struct FrameworkReport {
  std::string name;
  std::string version;
  bool sees_gpus = false;
  int gpus = 0;
  std::string detail;
  Milliseconds elapsed{0};
};

struct GpuReport {
  std::string target;
  std::string server;
  std::string python;  // by which the frameworks were asked
  std::vector<GpuDeviceReport> gpus;
  std::vector<GpuRungReport> ladder;
  std::vector<FrameworkReport> frameworks;  // empty unless they were asked
  std::vector<Error> problems;              // the lowest rung that fails, the frameworks that see no GPU
};

}  // namespace helper::ensure
