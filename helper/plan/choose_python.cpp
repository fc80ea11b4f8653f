#include "plan/choose_python.hpp"

#include "base/sections.hpp"
#include "base/shell.hpp"
#include "base/text.hpp"
#include "plan/rank_python.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace helper::plan {
namespace {

std::string list(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

constexpr int k_killed = 128 + 9;  // as shells tell of a program that SIGKILL ended

std::string why_silent(const SilentPython& python) {
  if (python.unasked) return "it was not asked, since there are too many";
  if (!python.target.empty()) return "a link to " + python.target + ", which is not there";
  if (python.status == k_time_was_up) return "no answer within 5 s";
  if (python.status == k_killed) return "it was killed, as the kernel does when there is not enough memory";
  if (!python.words.empty()) return python.words;
  return python.status == 0 ? "its answer is not what was asked for" : "exit status " + std::to_string(python.status);
}

std::string list_silent(const Inside& inside) {
  std::vector<std::string> each;
  for (const auto& python : inside.silent_pythons) {
    std::string text = python.path + " (" + why_silent(python) + ")";
    if (std::ranges::find(each, text) == each.end()) each.push_back(std::move(text));
  }
  return list(each);
}

std::string list_found(const Inside& inside) {
  const std::vector<Python>& found = inside.pythons;
  if (found.empty() && inside.silent_pythons.empty()) return "there is no Python in the container";
  if (found.empty()) return "no Python in the container runs: " + list_silent(inside);
  std::string text = "found are: ";
  for (auto python = found.begin(); python != found.end(); ++python) {
    // One that is known in several ways is listed by the first, which is the most telling.
    if (std::any_of(found.begin(), python, [&](const Python& before) { return before.path == python->path; })) continue;
    text += (python == found.begin() ? "" : ", ") + python->path + " (" + python->source + ", " + python->version + ")";
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

// Of Pythons that are there and do not run: what breaks them, where the config or the status tells.
std::string fix_of_silent(const config::Target& target, const Inside& inside) {
  constexpr const char* k_home = "PYTHONHOME";
  if (target.container.env.contains(k_home))
    return std::string("remove \"") + k_home + "\" from \"env\" in helper.json, then: helper ensure " + target.name;
  const auto& first = inside.silent_pythons.front();
  if (first.status == k_killed)
    return "give the container more memory (in \"extra_args\" in helper.json: --memory), then: helper ensure " +
           target.name;
  return "see all that it says: helper exec " + target.name + " -- " + shell::quote(first.path) + " -c 1";
}

Result<PythonChoice> choose_automatically(const config::Target& target, const Inside& inside) {
  const Python* python = best(inside, true);
  if (python == nullptr && inside.pythons.empty() && !inside.silent_pythons.empty())
    return fail(ErrorCode::python_missing, "Python", list_found(inside), fix_of_silent(target, inside));
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

bool is_the_projects_own(const SilentPython& python) {
  return is_named_by_pdm(python.source) ||
         std::ranges::any_of(std::initializer_list<std::string_view>{"venv:", "uv:", "uv-project:", "pixi:"},
                             [&](std::string_view kind) { return python.source.starts_with(kind); });
}

void add_notes_on_the_project(const Inside& inside, const PythonChoice& choice, std::vector<std::string>& notes) {
  for (const auto& python : inside.silent_pythons) {
    if (is_the_projects_own(python)) {
      notes.push_back("the project's environment " + python.path + " does not run: " + why_silent(python) +
                      "; create it again in the container");
    }
  }
  constexpr int k_last_resort = 4;
  const auto rank = rank_python(choice.python, inside, false);
  if (!rank || rank->rule != k_last_resort) return;
  for (const auto& python : inside.pythons) {
    if (is_below_the_project(python))
      notes.push_back("the project has an environment in a folder of it: " + python.path +
                      "; to use it: helper python use " + shell::quote(python.path));
  }
}

}  // namespace

Result<PythonChoice> choose_python(const config::Target& target, const Inside& inside) {
  const std::string& wanted = target.python;
  if (wanted == "auto") return choose_automatically(target, inside);
  const std::string source = wanted.starts_with("conda:") ? wanted : "path";
  const auto python = std::ranges::find_if(
      inside.pythons, [&](const Python& p) { return p.source == source && (source != "path" || p.path == wanted); });
  if (python != inside.pythons.end()) return PythonChoice{*python, "helper.json says \"" + wanted + "\""};
  const auto silent = std::ranges::find_if(inside.silent_pythons, [&](const SilentPython& p) {
    return p.source == source && (source != "path" || p.path == wanted);
  });
  if (silent != inside.silent_pythons.end()) {
    return fail(ErrorCode::python_missing, "python \"" + wanted + "\"",
                silent->path + " does not run (" + why_silent(*silent) + "); " + list_found(inside),
                inside.pythons.empty() ? fix_of_silent(target, inside)
                                       : "set \"python\" in helper.json to one of these, or to \"auto\"");
  }
  std::vector<std::string_view> known;
  for (const auto& each : inside.pythons) known.push_back(source == "path" ? each.path : each.source);
  const auto meant = nearest(wanted, known);
  return fail(
      ErrorCode::python_missing, "python \"" + wanted + "\"",
      "it is not in the container or does not run; " + list_found(inside),
      meant ? "did you mean \"" + std::string(*meant) + "\"? set \"python\" in helper.json to that, or to \"auto\""
            : "set \"python\" in helper.json to one of these, or to \"auto\"");
}

const Python* login_python(const std::vector<Python>& found) {
  for (const char* source : {"login:python", "login:python3"}) {
    const auto python = std::ranges::find(found, source, &Python::source);
    if (python != found.end()) return &*python;
  }
  return nullptr;
}

namespace {

// What a terminal of an SSH session will name. Start files of the system (Debian's /etc/profile) give a login shell the
// usual PATH, which has only the system's Python; /etc/profile.d/helper.sh, which is not there at the first look, gives
// it the image's PATH again.
const Python* terminals_python(const std::vector<Python>& found) {
  const Python* login = login_python(found);
  if (login == nullptr || !is_systems(*login) || !login->path.starts_with(login->prefix)) return login;
  for (const char* source : {"image:python", "image:python3"}) {
    const auto python = std::ranges::find(found, source, &Python::source);
    if (python != found.end()) return &*python;
  }
  return login;
}

}  // namespace

std::vector<std::string> python_notes(const config::Target& target, const Inside& inside, const PythonChoice& choice) {
  std::vector<std::string> notes;
  if (inside.login_cut) {
    notes.push_back("the start files of " + target.ssh.user +
                    "'s login shell take longer than 2 s, so what they activate may not be known; name the "
                    "interpreter in helper.json: \"python\"");
  }
  if (const Python* named = terminals_python(inside.pythons);
      target.python == "auto" && named != nullptr && !is_same(*named, choice.python)) {
    const std::string name = named->source.substr(named->source.find(':') + 1);
    notes.push_back("`which " + name + "` in the container's login shell is " + named->path + " (" + named->version +
                    "), not " + choice.python.path + ": " + choice.cause);
  }
  if (target.python == "auto") add_notes_on_the_project(inside, choice, notes);
  if (const auto unasked = std::ranges::count_if(inside.silent_pythons, &SilentPython::unasked); unasked > 0) {
    notes.push_back("the container has many interpreters, and " + std::to_string(unasked) +
                    " of them were not asked; to use one of these, name it in helper.json: \"python\"");
  }
  if (!choice.python.missing.empty()) {
    notes.push_back(choice.python.path + " cannot import " + list(choice.python.missing) +
                    ", which project.imports names; install what brings it: helper exec " + target.name + " -- " +
                    shell::quote(choice.python.path) + " -m pip install ...");
  }
  return notes;
}

}  // namespace helper::plan
