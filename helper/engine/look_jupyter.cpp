#include "base/random_token.hpp"
#include "engine/jupyter_scripts.hpp"
#include "engine/look.hpp"

#include <algorithm>
#include <charconv>

namespace helper::engine {
namespace {

// Fields of one interpreter's line: nonce, source, path, version, prefix, Lab's version, Notebook's; "no" for none.
constexpr std::size_t k_path = 2;
constexpr std::size_t k_lab = 5;
constexpr std::size_t k_notebook = 6;
constexpr const char* k_none = "no";

template <class Number>
Number number(const std::string& text) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::vector<plan::JupyterPackage> read_packages(const std::vector<Section>& sections) {
  std::vector<plan::JupyterPackage> packages;
  const auto add = [&](const std::string& python, plan::JupyterKind kind, const std::string& version) {
    const plan::JupyterPackage package{python, kind, version};
    if (version != k_none && std::ranges::find(packages, package) == packages.end()) packages.push_back(package);
  };
  for (const auto& line : lines_of(sections, "pythons")) {
    const auto fields = split(line, k_field_separator);
    if (fields.size() <= k_notebook || !fields[0].ends_with("-py") || !std::ranges::all_of(fields, is_printable))
      continue;
    add(fields[k_path], plan::JupyterKind::lab, fields[k_lab]);
    add(fields[k_path], plan::JupyterKind::notebook, fields[k_notebook]);
  }
  // The interpreters answer in any order.
  std::ranges::sort(packages, {}, [](const plan::JupyterPackage& p) { return std::pair(p.python, p.kind); });
  return packages;
}

}  // namespace

// The container's own Jupyter, if its image starts one, shall have the port: ours would make it fail, and perhaps the
// container with it. So a young container is given time while a process that looks like Jupyter is there: 10 s by this
// look, a minute in all. Times of /proc/1/stat are in hundredths of a second since the machine's start (proc(5), field
// 22).
std::string_view look_jupyter() {
  static const std::string script = std::string(ours_function()) + R"sh(
is_young() {
  read -r stat 2>/dev/null < /proc/1/stat || return 1
  read -r now _ 2>/dev/null < /proc/uptime || return 1
  set -- ${stat##*)}
  [ $((${now%%.*} - ${20:-0} / 100)) -lt 60 ]
}
names_jupyter() {
  for process in /proc/[0-9]*/cmdline; do
    words=$(tr '\0' ' ' < "$process") 2>/dev/null
    case $words in
      *"${nonce%-*}-"*) ;; # of a look, this one or another
      *jupyter* | *start-notebook*) return 0 ;;
    esac
  done
  return 1
}
if ours; then
  sec jupyter_ours 0
  stat -c %u "/proc/$pid"
  set -- $(cat "/proc/$pid/task/"*/children 2>/dev/null)
  printf '%s\n' "$#"
  for file in setup token; do
    line=''
    [ -f "$jupyter/$file" ] && read -r line < "$jupyter/$file"
    printf '%s\n' "$line"
  done
elif [ -f "$own/pid" ]; then
  sec jupyter_ours 1
fi
may_start_one() { [ "$jupyter_port" != 0000 ] && [ ! -f "$own/pid" ] && ! listens "$jupyter_port" && is_young && names_jupyter; }
tries=0
while [ "$tries" -lt 50 ] && may_start_one; do
  sleep 0.2 2>/dev/null || { sleep 1; tries=$((tries + 4)); }
  tries=$((tries + 1))
done
[ "$tries" -ge 50 ] && sec jupyter_expected 0
listens "$jupyter_port"; sec jupyter_listens $?
)sh";
  return script;
}

void read_jupyter(const std::vector<Section>& sections, const InsideQuestion& question, plan::Inside& inside) {
  plan::JupyterFacts& facts = inside.jupyter;
  facts.packages = read_packages(sections);
  facts.listening = question.jupyter_port != 0 && is_zero(sections, "jupyter_listens");
  facts.image_starts_one = !facts.listening && is_zero(sections, "jupyter_expected");
  const Section* ours = find_section(sections, "jupyter_ours");
  if (ours == nullptr) return;
  facts.ours_runs = ours->status == 0;
  facts.ours_ended = !facts.ours_runs;
  const auto lines = split(ours->body, '\n');
  if (!facts.ours_runs || lines.size() < 4) return;
  facts.uid = number<unsigned int>(lines[0]);
  facts.sessions = number<int>(lines[1]);
  if (is_printable(lines[2])) facts.setup = lines[2];
  if (is_token(lines[3])) facts.token = lines[3];
}

}  // namespace helper::engine
