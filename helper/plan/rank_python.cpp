#include "plan/rank_python.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>
#include <tuple>

namespace helper::plan {
namespace {

bool is_login(const Python& python) { return python.source.starts_with("login:"); }

std::string name_of(const Python& python) { return python.source.substr(python.source.find(':') + 1); }

std::string which(const Python& python) { return "the login shell's `which " + name_of(python) + "`"; }

bool is_only_conda_environment(const Python& python, const Inside& inside) {
  return python.source.starts_with("conda:") && python.source != "conda:base" &&
         std::ranges::all_of(inside.pythons, [&](const Python& p) {
           return !p.source.starts_with("conda:") || p.source == "conda:base" || p.path == python.path;
         });
}

std::string kind_of(const Python& python) { return python.source.substr(0, python.source.find(':')); }

bool keeps_versions(const std::string& kind) {
  return kind == "pyenv" || kind == "mise" || kind == "asdf" || kind == "rye";
}

// A version that a file names, "3.11", means any 3.11.x, of whichever tool keeps it; rye says "cpython@3.11.4".
bool is_named(const Python& python, const std::string& name) {
  if (!keeps_versions(name.substr(0, name.find(':'))) || !keeps_versions(kind_of(python))) return python.source == name;
  const std::string kept = name_of(python);
  const std::string version = kept.substr(kept.find('@') + 1);
  const std::string wanted = name.substr(name.find(':') + 1);
  return wanted == "latest" || version == wanted || version.starts_with(wanted + ".");
}

std::string file_that_names(const std::string& name) {
  if (name.starts_with("conda:")) return "the conda environment that environment.yml names";
  if (name.starts_with("mise:")) return "the version that mise.toml names";
  if (name.starts_with("asdf:")) return "the version that .tool-versions names";
  return "the version that .python-version names";
}

std::vector<int> numbers_of(const std::string& version) {
  std::vector<int> numbers;
  for (const auto& part : split(version, '.')) {
    int number = 0;
    std::from_chars(part.data(), part.data() + part.size(), number);
    numbers.push_back(number);
  }
  return numbers;
}

using Rank = std::optional<PythonRank>;

Rank rank(int rule, int place, std::string cause) { return PythonRank{false, rule, place, 0, std::move(cause), {}}; }

bool is_the_images(const Python& python, const Inside& inside) {
  return std::ranges::any_of(inside.pythons, [&](const Python& image) {
    return image.source.starts_with("image:") && image.prefix == python.prefix && image.version == python.version;
  });
}

// What the login shell has from the image activates nothing. It depends on the look, too: the first one finds the usual
// PATH of the system's start files there, a later one the image's, by /etc/profile.d/helper.sh.
Rank of_the_login_shell(const Python& python, const Inside& inside) {
  if (!is_login(python) || is_systems(python) || is_the_images(python, inside)) return std::nullopt;
  return rank(1, python.source == "login:python" ? 0 : 1, which(python));
}

Rank of_the_project(const Python& python, const Inside& inside) {
  const std::string kind = kind_of(python);
  if (kind == "uv-project") return rank(2, 0, "the project's environment by UV_PROJECT_ENVIRONMENT");
  if ((kind == "venv" || kind == "uv") && !is_below_the_project(python)) {
    constexpr std::string_view k_first = ".venv";
    return rank(2, name_of(python) == k_first ? 1 : 2, "the project's own environment, " + name_of(python));
  }
  if (is_named_by_pdm(python.source)) return rank(2, 3, "the interpreter that " + name_of(python) + " names");
  if (kind == "pixi") {
    return rank(2, python.source == "pixi:default" ? 4 : 5,
                "the project's own environment of pixi, " + name_of(python));
  }
  if (python.made_for_project) {
    const bool is_in_use = std::ranges::find(inside.project_files, python.source) != inside.project_files.end();
    return rank(2, is_in_use ? 6 : 7, "the environment that " + kind + " made for the project");
  }
  int place = 9;  // that of a conda environment is 8; files that name a version come in the order of their weight
  for (const auto& name : inside.project_files) {
    if (is_named(python, name)) return rank(2, kind == "conda" ? 8 : place, file_that_names(name));
    ++place;
  }
  if (kind == "activated")
    return rank(2, std::numeric_limits<int>::max(), "the environment that the image activates, " + name_of(python));
  return std::nullopt;
}

// Among interpreters that have what is needed, in the order in which a person would find them.
int nearness(const Python& python) {
  if (is_login(python)) return 0;
  if (python.source.starts_with("image:")) return 1;
  if (python.source.starts_with("conda:")) return 2;
  return 3;
}

Rank by_what_it_has(const Python& python, bool imports_are_named) {
  if (!python.frameworks.empty()) {
    std::string cause = "it has";
    for (const auto& framework : python.frameworks) {
      cause += (&framework == &python.frameworks.front() ? " " : ", ") + framework.name;
      if (!framework.version.empty()) cause += " " + framework.version;
    }
    return rank(3, nearness(python), cause);
  }
  if (imports_are_named && python.missing.empty())
    return rank(3, nearness(python), "it can import all that project.imports names");
  return std::nullopt;
}

Rank of_last_resort(const Python& python, const Inside& inside) {
  const bool is_image = python.source.starts_with("image:");
  if (is_image && !is_systems(python)) return rank(4, 0, "the PATH that the image sets");
  if (python.source == "login:python") return rank(4, 1, which(python));
  if (python.source == "login:python3") return rank(4, 2, which(python));
  if (is_image) return rank(4, 3, "the PATH that the image sets");
  if (is_only_conda_environment(python, inside)) return rank(4, 4, "the only conda environment");
  if (python.source == "conda:base") return rank(4, 5, "conda's base environment");
  if (python.source == "system") return rank(4, 6, "the system's, since the login shell names none");
  if (const auto kind = kind_of(python); keeps_versions(kind)) return rank(4, 7, kind + "'s, since there is no other");
  if (python.source.starts_with("uv-python:")) return rank(4, 8, "uv's, since there is no other");
  return std::nullopt;
}

}  // namespace

bool is_systems(const Python& python) { return python.prefix == "/usr" || python.prefix == "/usr/local"; }

bool is_named_by_pdm(const std::string& source) { return source.starts_with("pdm:."); }

bool is_below_the_project(const Python& python) {
  return python.source.starts_with("venv:") && python.source.find('/') != std::string::npos;
}

bool PythonRank::operator<(const PythonRank& other) const {
  return std::tie(cannot_import, rule, place, other.requirements, other.version) <
         std::tie(other.cannot_import, other.rule, other.place, requirements, version);
}

std::optional<PythonRank> rank_python(const Python& python, const Inside& inside, bool look_at_imports) {
  if (!python.version.starts_with("3.")) return std::nullopt;
  const bool imports_are_named =
      look_at_imports && std::ranges::any_of(inside.pythons, [](const Python& p) { return !p.missing.empty(); });
  Rank best = of_the_login_shell(python, inside);
  if (!best) best = of_the_project(python, inside);
  if (!best) best = by_what_it_has(python, imports_are_named);
  if (!best) best = of_last_resort(python, inside);
  if (!best) return std::nullopt;
  best->cannot_import = look_at_imports && !python.missing.empty();
  best->requirements = python.requirements;
  if (keeps_versions(kind_of(python))) best->version = numbers_of(python.version);
  return best;
}

}  // namespace helper::plan
