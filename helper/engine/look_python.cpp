#include "base/shell.hpp"
#include "engine/look.hpp"

#include <algorithm>
#include <charconv>

namespace helper::engine {
namespace {

// What an interpreter tells of itself, in one line and one write. It takes the tag, its path, project.imports joined by
// commas, and the project's folder. Nothing that it asks about is imported: specs are looked for, and versions are in
// the names of metadata folders (PEP 376), which any Python can read. Poetry names an environment after a hash of the
// project's folder (poetry/utils/env, generate_env_name), pipenv writes the folder's path into it (.project).
constexpr std::string_view k_report = R"py(
import os, sys
tag, path, imports, project = sys.argv[1:5]
sys.path[:] = [folder for folder in sys.path if folder]

packages = {}
for folder in sys.path:
    try:
        names = os.listdir(folder)
    except Exception:
        continue
    for name in names:
        if name.endswith((".dist-info", ".egg-info")):
            parts = name.rsplit(".", 1)[0].split("-")
            packages.setdefault(parts[0].lower().replace("_", "-").replace(".", "-"), parts[1] if len(parts) > 1 else "")


def has(name):
    try:
        import importlib.util
        from importlib.machinery import PathFinder
        places, full = None, ""
        for part in name.split("."):
            full = full + "." + part if full else part
            if full in sys.modules:
                places = getattr(sys.modules[full], "__path__", [])
                continue
            spec = importlib.util.find_spec(full) if places is None else PathFinder.find_spec(full, places)
            if spec is None:
                return False
            places = spec.submodule_search_locations or []
        return True
    except Exception:
        return False


def version(name, names=""):
    return ([packages[known] for known in [name] + names.split() if known in packages] + [""])[0]


def made_for_project():
    try:
        with open(os.path.join(sys.prefix, ".project")) as marker:
            if os.path.realpath(marker.read(4096).strip()) == folder:
                return "1"
    except Exception:
        pass
    try:
        import base64, hashlib
        digest = hashlib.sha256(os.path.normcase(folder).encode()).digest()
        return "1" if "-" + base64.urlsafe_b64encode(digest).decode()[:8] + "-py" in os.path.basename(sys.prefix) else "0"
    except Exception:
        return "0"


def requirements():
    import re
    found = 0
    try:
        with open(os.path.join(folder, "requirements.txt")) as lines:
            for line in lines.read(65536).splitlines()[:256]:
                name = re.match("[ ]*([A-Za-z0-9][A-Za-z0-9._-]*)", line)
                if name and name.group(1).lower().replace("_", "-").replace(".", "-") in packages:
                    found += 1
    except Exception:
        pass
    return found


folder = os.path.realpath(project) if project else ""
is_environment = os.path.isfile(os.path.join(sys.prefix, "pyvenv.cfg"))
frameworks = (("torch", ""), ("tensorflow", "tensorflow-gpu nvidia-tensorflow tensorflow-cpu tf-nightly"), ("jax", ""),
              ("mindspore", "mindspore-gpu mindspore-ascend"))
answers = [
    tag, path, sys.executable if "/shims/" in path and sys.executable else path, ".".join(map(str, sys.version_info[:3])), sys.prefix,
    version("jupyterlab") if has("jupyterlab") else "no", version("notebook") if has("notebook") else "no",
    getattr(sys, "base_prefix", sys.prefix), ",".join(name for name in imports.split(",") if name and not has(name)),
    ",".join(name + "=" + version(name, names) for name, names in frameworks if has(name)),
    str(requirements() if folder and os.path.isfile(os.path.join(folder, "requirements.txt")) else 0),
    made_for_project() if folder and is_environment else "0"]
text = "\n" + "\x1f".join(answers) + "\n"
os.write(1, text if str is bytes else text.encode("utf-8", "surrogateescape"))
)py";

// Each path is run once, however many ways lead to it; `source` lines say which. All run at once.
constexpr std::string_view k_candidate = R"sh(
seen=: count=0
candidate() {
  case $2 in /*) ;; *) return ;; esac
  [ -f "$2" ] && [ -x "$2" ] || return
  printf '\n%s-source\037%s\037%s\n' "$nonce" "$1" "$2"
  case $seen in *":$2:"*) return ;; esac
  count=$((count + 1)); [ "$count" -le 48 ] || return
  seen=$seen$2:
  limited_to 5 "$2" -B -c "$report" "$nonce-py" "$2" "$imports" "$project" </dev/null 2>/dev/null &
}
cd "$project" 2>/dev/null || cd /
)sh";

// Where each tool keeps its interpreters; called with the container's own environment, and with the login shell's.
constexpr std::string_view k_roots = R"sh(
each() { # SOURCE-PREFIX FOLDER...
  kind=$1; shift
  for folder; do [ -d "$folder/bin" ] || continue; candidate "$kind${folder##*/}" "$folder/bin/python"; done
}
conda_root() {
  [ -d "$1" ] || return
  [ -d "$1/conda-meta" ] && candidate conda:base "$1/bin/python"
  for environment in "$1"/envs/*; do [ -d "$environment/conda-meta" ] || [ -d "$1/conda-meta" ] || continue; each conda: "$environment"; done
}
roots() {
  case ${CONDA_EXE-} in */bin/conda) conda_root "${CONDA_EXE%/bin/conda}" ;; esac
  [ -z "${MAMBA_ROOT_PREFIX-}" ] || conda_root "$MAMBA_ROOT_PREFIX"
  each pyenv: "${PYENV_ROOT:-$home/.pyenv}"/versions/*
  each poetry: "${POETRY_VIRTUALENVS_PATH:-${POETRY_CACHE_DIR:-$home/.cache/pypoetry}/virtualenvs}"/*
  each pipenv: "${WORKON_HOME:-$home/.local/share/virtualenvs}"/*
  each uv-python: "${UV_PYTHON_INSTALL_DIR:-$home/.local/share/uv/python}"/*
}
)sh";

// A question that every shell understands, sh's, fish's and csh's: its environment. The answer stands between two
// marks, so that a start file that prints does not hide it. It is asked as in a terminal and, for start files that end
// such a shell, also not so; both at once. sed ends the reading at the second mark, for what a start file leaves
// running keeps the pipe open; and after 2 s, for a start file may block.
constexpr std::string_view k_ask = R"sh(
ask="echo; echo $nonce-env; env; echo; echo $nonce-end"
login() {
  case ${shell##*/} in
    csh | tcsh)
      start="if (-r /etc/csh.login) source /etc/csh.login; if (-r ~/.login) source ~/.login"
      if [ "$1" = -i ]; then set -- -i -c; else set -- -c; fi
      gently_limited_to 2 "$shell" "$@" "$start; $ask" </dev/null 2>/dev/null ;;
    *) gently_limited_to 2 "${shell:-/bin/sh}" -l "$@" -c "$ask" </dev/null 2>/dev/null ;;
  esac
  # HUP or KILL: its time was up. The reader may see the end of the pipe before its own time is up.
  case $? in 129 | 137) printf '\n%s-cut\n' "$nonce" ;; esac
}
heard() {
  limited_to 2 sed -n "/^$nonce-cut\$/{
p
q
}
/^$nonce-env\$/,/^$nonce-end\$/{
/^PATH=/p
/^CONDA_EXE=/p
/^MAMBA_ROOT_PREFIX=/p
/^PYENV_ROOT=/p
/^POETRY_[A-Z]*_[A-Z]*=/p
/^WORKON_HOME=/p
/^UV_PYTHON_INSTALL_DIR=/p
/^$nonce-end\$/{
p
q
}
}" || echo "$nonce-cut"
}
)sh";

constexpr std::string_view k_look = R"sh(
[ -z "$wanted" ] || candidate path "$wanted"
if [ -n "$project" ]; then
  for folder in .venv venv env; do
    [ -f "$project/$folder/pyvenv.cfg" ] || continue
    kind=venv:
    if grep -q '^uv *=' "$project/$folder/pyvenv.cfg"; then kind=uv:; fi
    candidate "$kind$folder" "$project/$folder/bin/python"
  done
  name() { [ -z "$2" ] || printf '\n%s-file\037%s%s\n' "$nonce" "$1" "$2"; }
  for file in environment.yml environment.yaml; do
    [ -r "$project/$file" ] && name conda: "$(sed -n 's/^name:[[:space:]]*\([^#]*\).*/\1/p' "$project/$file" | head -n 1 | tr -d "\"' \r")"
  done
  [ -r "$project/.python-version" ] && name pyenv: "$(head -n 1 "$project/.python-version" | tr -d ' \r')"
fi
candidate image:python "$(command -v python)"
candidate image:python3 "$(command -v python3)"
for root in /opt/conda /opt/miniconda3 /opt/anaconda3 /opt/miniforge3 /opt/mambaforge /usr/local/miniconda3 /usr/local/anaconda3 \
  "$home/miniconda3" "$home/anaconda3" "$home/miniforge3" "$home/mambaforge" "$home/micromamba" "$home/.local/share/mamba"; do
  conda_root "$root"
done
if [ -r "$home/.conda/environments.txt" ]; then
  while read -r environment; do
    case $environment in */envs/*) each conda: "$environment" ;; esac
  done < "$home/.conda/environments.txt"
fi
roots
for path in /usr/bin/python3 /usr/local/bin/python3 /usr/local/python*/bin/python3 /opt/python*/bin/python3; do candidate system "$path"; done
for folder in /usr/bin /usr/local/bin; do
  usual=$(readlink -f "$folder/python3")
  for path in "$folder"/python3.[0-9] "$folder"/python3.[0-9][0-9]; do
    [ -x "$path" ] || continue
    [ "$(readlink -f "$path")" = "$usual" ] || candidate system "$path"
  done
done
answer=$(
  { login -i | heard; } &
  plain=$(login | heard)
  wait
  printf '%s\n%s\n' "$nonce-plain" "$plain"
)
state=none cut= asked=terminal PATH_of_login=
while IFS= read -r line; do
  case $line in
    "$nonce-plain")
      [ "$state" = none ] || break
      asked=plain; PATH_of_login= ;;
    "$nonce-end") state=$asked ;;
    "$nonce-cut") cut=cut ;;
    PATH=*) PATH_of_login=${line#PATH=} ;;
    *=*) export "$line" ;;
  esac
done <<EOF
$answer
EOF
printf '\n%s-login\037%s\037%s\n' "$nonce" "$state" "$cut"
if [ "$state" != none ]; then
  named() { ( PATH=$PATH_of_login; command -v "$1" ) }
  candidate login:python "$(named python)"
  candidate login:python3 "$(named python3)"
  roots
fi
wait
)sh";

std::string assign(const std::string& name, std::string_view value) {
  return name + "=" + shell::quote(std::string(value)) + "\n";
}

// Runs the text as the user, since what it finds is that user's to run and not root's; as root only where the container
// has no way to become the user.
std::string as_the_user(const std::string& text) {
  return assign("look", text) + R"sh(
export HELPER_LOOK_HOME="$home" HELPER_LOOK_SHELL="$shell"
busy=/dev/helper/ssh/bin/busybox
if [ -z "$uid" ]; then found=
elif [ "$uid" = "$(id -u)" ]; then found=$(HOME=$home sh -c "$look" </dev/null)
elif su -s /bin/sh -c true "$user" </dev/null >/dev/null 2>&1; then found=$(HOME=$home su -s /bin/sh -c "$look" "$user" </dev/null)
elif setpriv --reuid "$uid" --clear-groups true >/dev/null 2>&1; then found=$(HOME=$home setpriv --reuid "$uid" --clear-groups sh -c "$look" </dev/null)
elif "$busy" su -s /bin/sh -c true "$user" </dev/null >/dev/null 2>&1; then found=$(HOME=$home "$busy" su -s /bin/sh -c "$look" "$user" </dev/null)
else found=$(HOME=$home sh -c "$look" </dev/null); fi
[ -z "${gpu_job-}" ] || wait "$gpu_job"
sec pythons 0
printf '%s\n' "$found"
)sh";
}

constexpr std::string_view k_begin = R"sh(
home=$HELPER_LOOK_HOME shell=$HELPER_LOOK_SHELL
unset HELPER_LOOK_HOME HELPER_LOOK_SHELL
)sh";

std::vector<std::string> list_of(const std::string& text) {
  return text.empty() ? std::vector<std::string>{} : split(text, ',');
}

int number_of(const std::string& text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// tag, path, path to use, version, prefix, Lab's version, Notebook's, base prefix, missing, frameworks, requirements,
// made for the project
constexpr std::size_t k_answer_fields = 12;

plan::Python python_of(const std::vector<std::string>& fields) {
  plan::Python python;
  python.path = fields[2];
  python.version = fields[3];
  python.prefix = fields[4];
  python.base_prefix = fields[7];
  python.missing = list_of(fields[8]);
  for (const auto& framework : list_of(fields[9])) {
    const auto equals = framework.find('=');
    if (equals != std::string::npos)
      python.frameworks.push_back({framework.substr(0, equals), framework.substr(equals + 1)});
  }
  python.requirements = number_of(fields[10]);
  python.made_for_project = fields[11] == "1";
  return python;
}

}  // namespace

std::string look_pythons(const InsideQuestion& question, const std::string& nonce) {
  const bool is_path = question.python.starts_with('/');
  std::string text = assign("nonce", nonce) + assign("wanted", is_path ? question.python : "") +
                     assign("project", question.project) + assign("imports", question.imports) +
                     assign("report", k_report);
  for (const auto part : {k_begin, look_limits(), k_candidate, k_roots, k_ask, k_look}) text += part;
  return as_the_user(text);
}

std::string look_known_python(const InsideQuestion& question, const std::string& nonce, const plan::Python& known) {
  std::string text = assign("nonce", nonce) + assign("known_source", known.source) + assign("known_path", known.path) +
                     assign("project", question.project) + assign("imports", question.imports) +
                     assign("report", k_report);
  for (const auto part : {k_begin, look_limits(), k_candidate}) text += part;
  return as_the_user(text + "candidate \"$known_source\" \"$known_path\"\nwait\n");
}

void read_pythons(const std::vector<Section>& sections, plan::Inside& inside) {
  std::vector<std::pair<std::string, std::string>> sources;  // and the path that each leads to
  std::vector<std::vector<std::string>> answers;
  for (const auto& line : lines_of(sections, "pythons")) {
    auto fields = split(line, k_field_separator);
    if (!std::ranges::all_of(fields, is_printable)) continue;
    if (fields[0].ends_with("-source") && fields.size() == 3) sources.emplace_back(fields[1], fields[2]);
    if (fields[0].ends_with("-file") && fields.size() == 2) inside.project_files.push_back(fields[1]);
    if (fields[0].ends_with("-login") && fields.size() == 3) inside.login_cut = fields[2] == "cut";
    if (fields[0].ends_with("-py") && fields.size() == k_answer_fields) answers.push_back(std::move(fields));
  }
  for (const auto& [source, path] : sources) {
    const auto answer = std::ranges::find(answers, path, [](const auto& fields) { return fields[1]; });
    if (answer == answers.end()) {
      auto& silent = inside.silent_pythons;
      if (std::ranges::find(silent, path) == silent.end()) silent.push_back(path);
      continue;
    }
    plan::Python python = python_of(*answer);
    python.source = source;
    if (std::ranges::find(inside.pythons, python) == inside.pythons.end()) inside.pythons.push_back(std::move(python));
  }
  std::ranges::sort(inside.pythons, {}, [](const plan::Python& p) { return std::pair(p.source, p.path); });
}

}  // namespace helper::engine
