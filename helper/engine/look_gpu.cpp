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
  const auto* smi = find_section(sections, "gpus");
  if (smi == nullptr) return;
  inside.gpu.smi_found = true;
  inside.gpu.smi_status = smi->status;
  if (smi->status != 0) return;
  for (auto& line : lines_of(sections, "gpus")) {
    if (line.starts_with("GPU ") && is_printable(line)) inside.gpu.gpus.push_back(std::move(line));
  }
}

}  // namespace helper::engine
