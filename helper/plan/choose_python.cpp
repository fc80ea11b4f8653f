#include "plan/choose_python.hpp"

#include "base/shell.hpp"
#include "plan/rank_python.hpp"

#include <algorithm>

namespace helper::plan {
namespace {

std::string list(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string list_found(const Inside& inside) {
  const std::vector<Python>& found = inside.pythons;
  if (found.empty() && inside.silent_pythons.empty()) return "there is no Python in the container";
  if (found.empty()) return "no Python in the container answered within 5 s: " + list(inside.silent_pythons);
  std::string text = "found are: ";
  for (const auto& python : found) {
    if (&python != &found.front()) text += ", ";
    text += python.path + " (" + python.source + ", " + python.version + ")";
  }
  return text;
}

// The best by the rule; nullptr when the rule takes none.
const Python* best(const Inside& inside, bool look_at_imports) {
  const Python* first = nullptr;
  PythonRank first_rank;
  for (const auto& python : inside.pythons) {
    const auto rank = rank_python(python, inside, look_at_imports);
    if (!rank || (first != nullptr && !(*rank < first_rank))) continue;
    first = &python;
    first_rank = *rank;
  }
  return first;
}

Result<PythonChoice> choose_automatically(const Inside& inside) {
  const Python* python = best(inside, true);
  if (python == nullptr) {
    return fail(
        ErrorCode::python_missing, "Python", list_found(inside),
        "install Python 3 in the image, or name one in helper.json: \"python\": \"conda:NAME\" or an absolute path");
  }
  std::string cause = rank_python(*python, inside, true)->cause;
  if (const Python* passed_over = best(inside, false);
      python->missing.empty() && passed_over->path != python->path && !passed_over->missing.empty()) {
    cause += ", since " + passed_over->path + " cannot import " + list(passed_over->missing);
  }
  return PythonChoice{*python, cause};
}

bool is_same(const Python& a, const Python& b) {
  return a.path == b.path || (a.prefix == b.prefix && a.version == b.version);
}

}  // namespace

Result<PythonChoice> choose_python(const config::Target& target, const Inside& inside) {
  const std::string& wanted = target.python;
  if (wanted == "auto") return choose_automatically(inside);
  const std::string source = wanted.starts_with("conda:") ? wanted : "path";
  const auto python = std::ranges::find_if(
      inside.pythons, [&](const Python& p) { return p.source == source && (source != "path" || p.path == wanted); });
  if (python != inside.pythons.end()) return PythonChoice{*python, "helper.json says \"" + wanted + "\""};
  return fail(ErrorCode::python_missing, "python \"" + wanted + "\"",
              "it is not in the container or does not run; " + list_found(inside),
              "set \"python\" in helper.json to one of these, or to \"auto\"");
}

const Python* login_python(const std::vector<Python>& found) {
  for (const char* source : {"login:python", "login:python3"}) {
    const auto python = std::ranges::find(found, source, &Python::source);
    if (python != found.end()) return &*python;
  }
  return nullptr;
}

std::vector<std::string> python_notes(const config::Target& target, const Inside& inside, const PythonChoice& choice) {
  std::vector<std::string> notes;
  if (inside.login_cut) {
    notes.push_back("the start files of " + target.ssh.user +
                    "'s login shell take longer than 2 s, so what they activate may not be known; name the "
                    "interpreter in helper.json: \"python\"");
  }
  if (const Python* login = login_python(inside.pythons);
      target.python == "auto" && login != nullptr && !is_same(*login, choice.python)) {
    notes.push_back("`which python` in the container's login shell is " + login->path + " (" + login->version +
                    "), not " + choice.python.path + ": " + choice.cause);
  }
  if (!choice.python.missing.empty()) {
    notes.push_back(choice.python.path + " cannot import " + list(choice.python.missing) +
                    ", which project.imports names; install what brings it: helper exec " + target.name + " -- " +
                    shell::quote(choice.python.path) + " -m pip install ...");
  }
  return notes;
}

}  // namespace helper::plan
