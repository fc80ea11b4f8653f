#include "engine/look.hpp"

#include <algorithm>

namespace helper::engine {
namespace {

// Runs interpreter $2 of source $1 beside whatever else runs; it answers with one line. A module's version is taken
// from the name of its metadata folder (PEP 376), which costs less than importlib.metadata and is there for any
// Python 3.
constexpr std::string_view k_try = R"sh(
report='import os,sys
def has(name):
  try:
    from importlib.util import find_spec
    package=os.path.dirname(find_spec(name).origin)
  except Exception: return "no"
  for entry in os.listdir(os.path.dirname(package)):
    if entry.startswith(name+"-") and entry.endswith("-info"): return entry[len(name)+1:].rsplit(".",1)[0].split("-")[0]
  return ""
sys.path=[folder for folder in sys.path if folder]
sys.stdout.write("\n"+"\x1f".join(sys.argv[1:]+[".".join(map(str,sys.version_info[:3])),sys.prefix,has("jupyterlab"),has("notebook")])+"\n")'
try() { limited "$2" -c "$report" "$nonce-py" "$1" "$2" </dev/null 2>/dev/null & }
)sh";

}  // namespace

// The interpreters are looked for where login shells and conda put them. Start files that block cost 10 s at most; sed
// ends the reading at the answer, for what a start file leaves running keeps the pipe open.
std::string_view look_pythons() {
  static const std::string script =
      std::string(k_try) +
      R"sh(# A start file that prints, or that ends the shell with an error, does not hide the answer.
ask='printf "\n%s-which %s\n%s-which3 %s\n%s-conda %s\n" "$0" "$(command -v python)" "$0" "$(command -v python3)" "$0" "${CONDA_EXE-}"'
login() {
  if [ "$user" = root ]; then limited "${shell:-/bin/sh}" "$@" "$ask" "$nonce" </dev/null 2>/dev/null
  else limited su -s "${shell:-/bin/sh}" "$user" -- "$@" "$ask" "$nonce" </dev/null 2>/dev/null; fi
}
which_python= which_python3= conda_exe=
heard() { limited sed -n -e "/^$nonce-which/p" -e "/^$nonce-conda/{p;q;}"; }
answer=$(HOME=$home login -l -i -c | heard)
case $answer in *"$nonce-which "*) ;; *) answer=$(HOME=$home login -l -c | heard) ;; esac
while read -r tag value; do
  case $tag in
    "$nonce-which") which_python=$value ;;
    "$nonce-which3") which_python3=$value ;;
    "$nonce-conda") conda_exe=$value ;;
  esac
done <<EOF
$answer
EOF
seen=:
candidate() {
  case $2 in /*) ;; *) return ;; esac
  case $seen in *":$2:"*) return ;; esac
  [ -x "$2" ] || return
  count=$((count + 1)); [ "$count" -le 24 ] || return
  [ "$1" = login:python3 ] || [ "$1" = login:python ] || seen=$seen$2:
  try "$1" "$2"
}
count=0
sec pythons 0
candidate login:python "$which_python"
candidate login:python3 "$which_python3"
[ -n "$wanted" ] && candidate path "$wanted"
for root in "${conda_exe%/bin/conda}" /opt/conda /opt/miniconda3 /opt/anaconda3 /opt/miniforge3 /opt/mambaforge /usr/local/miniconda3 \
  /usr/local/anaconda3 "$home/miniconda3" "$home/anaconda3" "$home/miniforge3" "$home/mambaforge"; do
  [ -n "$root" ] && [ -d "$root/conda-meta" ] || continue
  candidate conda:base "$root/bin/python"
  for environment in "$root"/envs/*; do candidate "conda:${environment##*/}" "$environment/bin/python"; done
done
if [ -r "$home/.conda/environments.txt" ]; then
  while read -r environment; do
    case $environment in */envs/*) candidate "conda:${environment##*/}" "$environment/bin/python" ;; esac
  done < "$home/.conda/environments.txt"
fi
for candidate in /usr/bin/python3 /usr/local/bin/python3; do candidate system "$candidate"; done
wait
)sh";
  return script;
}

std::string_view look_known_python() {
  static const std::string script = std::string(k_try) + R"sh(
sec pythons 0
try "$known_source" "$known_path"
wait
)sh";
  return script;
}

void read_pythons(const std::vector<Section>& sections, plan::Inside& inside) {
  for (const auto& line : lines_of(sections, "pythons")) {
    const auto fields = split(line, k_field_separator);
    if (fields.size() < 5 || !fields[0].ends_with("-py") || !std::ranges::all_of(fields, is_printable)) continue;
    inside.pythons.push_back({fields[2], fields[3], fields[4], fields[1]});
  }
  std::ranges::sort(inside.pythons, {}, [](const plan::Python& p) { return std::pair(p.source, p.path); });
}

}  // namespace helper::engine
