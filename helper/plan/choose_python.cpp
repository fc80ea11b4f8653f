#include "plan/choose_python.hpp"

#include <algorithm>
#include <string_view>

namespace helper::plan {
namespace {

const Python* by_source(const std::vector<Python>& found, std::string_view source) {
  const auto python = std::ranges::find_if(found, [&](const Python& p) { return p.source == source; });
  return python == found.end() ? nullptr : &*python;
}

bool is_python_3(const Python* python) { return python != nullptr && python->version.starts_with("3."); }

const Python* only_conda_environment(const std::vector<Python>& found) {
  const Python* only = nullptr;
  for (const auto& python : found) {
    if (!python.source.starts_with("conda:") || python.source == "conda:base") continue;
    if (only != nullptr) return nullptr;
    only = &python;
  }
  return only;
}

std::string list_found(const std::vector<Python>& found) {
  if (found.empty()) return "no Python in the container answered";
  std::string text = "found are: ";
  for (const auto& python : found) {
    if (&python != &found.front()) text += ", ";
    text += python.path + " (" + python.source + ", " + python.version + ")";
  }
  return text;
}

Result<PythonChoice> choose_automatically(const std::vector<Python>& found) {
  if (const auto* p = by_source(found, "login:python"); is_python_3(p))
    return PythonChoice{*p, "the login shell's `which python`"};
  if (const auto* p = by_source(found, "login:python3"); is_python_3(p))
    return PythonChoice{*p, "the login shell's `which python3`"};
  if (const auto* p = only_conda_environment(found); is_python_3(p))
    return PythonChoice{*p, "the only conda environment"};
  if (const auto* p = by_source(found, "conda:base"); is_python_3(p))
    return PythonChoice{*p, "conda's base environment"};
  if (const auto* p = by_source(found, "system"); is_python_3(p))
    return PythonChoice{*p, "the system's, since the login shell names none"};
  return fail(
      ErrorCode::python_missing, "Python", list_found(found),
      "install Python 3 in the image, or name one in helper.json: \"python\": \"conda:NAME\" or an absolute path");
}

}  // namespace

Result<PythonChoice> choose_python(const std::string& wanted, const std::vector<Python>& found) {
  if (wanted == "auto") return choose_automatically(found);
  const std::string source = wanted.starts_with("conda:") ? wanted : "path";
  const auto python = std::ranges::find_if(
      found, [&](const Python& p) { return p.source == source && (source != "path" || p.path == wanted); });
  if (python != found.end()) return PythonChoice{*python, "helper.json says \"" + wanted + "\""};
  return fail(ErrorCode::python_missing, "python \"" + wanted + "\"",
              "it is not in the container or does not run; " + list_found(found),
              "set \"python\" in helper.json to one of these, or to \"auto\"");
}

}  // namespace helper::plan
