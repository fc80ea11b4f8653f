#include "cli/render/python.hpp"

#include "base/text.hpp"
#include "cli/render/render.hpp"
#include "cli/render/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace helper::cli {
namespace {

std::string python_facts(const Style& style, const ensure::PythonEntry& python) {
  std::string text = python.version + ", " + joined(python.sources);
  if (!python.frameworks.empty()) text += ", has " + joined(python.frameworks);
  if (!python.missing.empty()) text += ", cannot import " + joined(python.missing);
  if (python.login && python.sources.size() == 1) text += ", `which python`";
  return safe_line(text, style.utf8);
}

std::string mib(const std::optional<int>& number) { return number ? std::to_string(*number) : "?"; }

std::string gpu_line(const Style& style, const ensure::GpuDeviceReport& gpu) {
  std::string text =
      fmt::format("GPU {}  {}  {} of {} MiB", gpu.index, gpu.name, mib(gpu.memory_used_mib), mib(gpu.memory_total_mib));
  if (gpu.utilisation) text += fmt::format(", {} % busy", *gpu.utilisation);
  if (!gpu.in_container) text += ", not in the container";
  return safe_line(text, style.utf8);
}

std::string process_line(const Style& style, const ensure::GpuProcessReport& process) {
  std::string text = fmt::format("{} {}", process.pid, process.name);
  if (process.memory_mib) text += fmt::format(", {} MiB", *process.memory_mib);
  if (!process.container.empty()) text += ", container " + process.container;
  if (!process.user.empty()) text += ", user " + process.user;
  return safe_line(text, style.utf8);
}

Mark mark_of(const std::string& state) {
  if (state == "holds") return Mark::done;
  return state == "fails" ? Mark::failed : Mark::note;
}

}  // namespace

std::string render_pythons(const Style& style, const ensure::PythonList& list) {
  std::string text;
  for (const auto& python : list.pythons) {
    const std::string sign = python.chosen ? paint(style, Paint::green, "*") : " ";
    text += fmt::format("{} {}\n    {}\n", sign, safe_line(python.path, style.utf8), python_facts(style, python));
    if (python.chosen) text += fmt::format("    chosen: {}\n", safe_line(list.cause, style.utf8));
  }
  if (!std::ranges::any_of(list.pythons, &ensure::PythonEntry::chosen))
    text += fmt::format("none is chosen: {}\n", safe_line(list.cause, style.utf8));
  for (const auto& note : list.notes) text += render_note(style, note);
  return text;
}

std::string render_gpus(const Style& style, const ensure::GpuReport& report) {
  std::string text;
  for (const auto& gpu : report.gpus) {
    text += gpu_line(style, gpu) + "\n";
    for (const auto& process : gpu.processes) text += "       " + process_line(style, process) + "\n";
  }
  for (const auto& rung : report.ladder) {
    if (rung.state != "unknown") text += render_line(style, mark_of(rung.state), rung.name, rung.detail, "");
  }
  for (const auto& framework : report.frameworks) {
    const std::string name = framework.version.empty() ? framework.name : framework.name + " " + framework.version;
    const std::string detail =
        framework.sees_gpus ? fmt::format("computes on {}, {}",
                                          counted(static_cast<std::size_t>(framework.gpus), "GPU"), framework.detail)
                            : framework.detail;
    text += render_line(style, framework.sees_gpus ? Mark::done : Mark::failed, name, detail, human(framework.elapsed));
  }
  return text;
}

}  // namespace helper::cli
