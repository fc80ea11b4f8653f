#include "base/digest.hpp"
#include "base/shell.hpp"
#include "base/text.hpp"
#include "inside/jupyter.hpp"
#include "inside/look_parts.hpp"
#include "inside/scripts.hpp"

#include <algorithm>
#include <charconv>

namespace helper::inside {
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

std::string look_jupyter() {
  return shell::assign("jupyter", k_jupyter_folder) + shell::assign("own", k_jupyter_own) +
         std::string(scripts::jupyter_ours) + std::string(scripts::look_jupyter);
}

void read_jupyter(const std::vector<Section>& sections, const Question& question, plan::Inside& inside) {
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

}  // namespace helper::inside
