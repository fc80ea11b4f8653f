#include "engine/look.hpp"

namespace helper::engine {

std::string_view look_gpu() {
  return R"sh(
if command -v nvidia-smi >/dev/null 2>&1; then
  gpus=$(limited nvidia-smi -L 2>/dev/null); sec gpus $?
  printf '%s\n' "$gpus"
fi
)sh";
}

void read_gpu(const std::vector<Section>& sections, plan::Inside& inside) {
  inside.nvidia_smi = is_zero(sections, "gpus");
  if (!inside.nvidia_smi) return;
  for (auto& line : lines_of(sections, "gpus")) {
    if (line.starts_with("GPU ") && is_printable(line)) inside.gpus.push_back(std::move(line));
  }
}

}  // namespace helper::engine
