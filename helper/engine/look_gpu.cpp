#include "engine/look.hpp"

#include <algorithm>

namespace helper::engine {
namespace {

constexpr std::size_t k_most_words = 200;

// "closed" is what a container finds that has lost its GPUs: the file is there, and the kernel's device rules forbid to
// open it. Opening nvidiactl wakes no GPU. The driver's line: "NVRM version: NVIDIA UNIX x86_64 Kernel Module
// 550.54.15  Tue Mar 5 22:23:56 UTC 2024", or "... Open Kernel Module for x86_64  550.54.15 ...".
constexpr std::string_view k_functions = R"sh(
gpu_files() {
  sec "$1_files" 0
  for file in /dev/nvidia[0-9]* /dev/nvidiactl /dev/dxg; do
    if [ -e "$file" ]; then printf 'file %s\n' "${file#/dev/}"; fi
  done
  if [ -e /dev/nvidiactl ] && ! ( : </dev/nvidiactl ) 2>/dev/null; then echo closed; fi
  sed -n 's/^NVRM version:.* \([0-9][0-9]*\.[0-9][0-9.]*\).*/driver \1/p' /proc/driver/nvidia/version 2>/dev/null
  if command -v nvidia-smi >/dev/null 2>&1; then echo smi; fi
}
gpu_list() {
  command -v nvidia-smi >/dev/null 2>&1 || return
  gpu_lines=$(limited_to 15 nvidia-smi -L 2>&1 </dev/null)
  sec "$1" $?
  printf '%s\n' "$gpu_lines"
}
)sh";

}  // namespace

std::string_view gpu_functions() { return k_functions; }

std::string_view look_gpu() {
  static const std::string script = std::string(k_functions) + "gpu_files gpus\ngpu_list gpus &\ngpu_job=$!\n";
  return script;
}

std::string_view look_gpu_files() {
  static const std::string script = std::string(k_functions) + "gpu_files gpus\n";
  return script;
}

plan::GpuFacts read_gpu(const std::vector<Section>& sections, const std::string& name) {
  plan::GpuFacts facts;
  for (const auto& line : lines_of(sections, name + "_files")) {
    if (!is_printable(line)) continue;
    if (line.starts_with("file ")) facts.nodes.push_back(line.substr(5));
    if (line.starts_with("driver ")) facts.driver = line.substr(7);
    if (line == "closed") facts.openable = false;
    if (line == "smi") facts.smi_found = true;
  }
  const auto* list = find_section(sections, name);
  if (list == nullptr) return facts;
  facts.smi_found = true;
  facts.smi_status = list->status;
  std::string words;
  for (const auto& line : lines_of(sections, name)) {
    const auto start = line.find_first_not_of(' ');
    if (!is_printable(line) || start == std::string::npos) continue;
    const std::string text = line.substr(start);
    if (list->status == 0 && (text.starts_with("GPU ") || text.starts_with("MIG "))) facts.gpus.push_back(text);
    if (words.empty()) words = trimmed(text.substr(0, k_most_words));
  }
  if (facts.gpus.empty()) facts.smi_words = words;
  return facts;
}

}  // namespace helper::engine
