#include "base/text.hpp"
#include "inside/look.hpp"
#include "inside/scripts.hpp"

#include <algorithm>

namespace helper::inside {
namespace {

constexpr std::size_t k_most_words = 200;

}  // namespace

std::string_view gpu_functions() { return scripts::gpu; }

plan::GpuFacts read_gpus(const std::vector<Section>& sections, const std::string& name) {
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

}  // namespace helper::inside
