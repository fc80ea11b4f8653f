// The interpreters, and the Jupyter that they have or that runs.
#include "base/digest.hpp"
#include "base/shell.hpp"
#include "base/text.hpp"
#include "inside/jupyter.hpp"
#include "inside/look_parts.hpp"
#include "inside/scripts.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace helper::inside {
namespace {

using shell::assign;

constexpr std::size_t k_most_words = 200;
// Between the fields of one interpreter's line; the ASCII unit separator occurs in no sane path.
constexpr char k_field_separator = '\x1f';

// Run as the user, since what it finds is that user's to run and not root's.
std::string as_the_user(const std::string& text) { return assign("look", text) + std::string(scripts::as_the_user); }

std::vector<std::string> list_of(const std::string& text) {
  return text.empty() ? std::vector<std::string>{} : split(text, ',');
}

template <class Number>
Number number(const std::string& text) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
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
  python.requirements = number<int>(fields[10]);
  python.made_for_project = fields[11] == "1";
  return python;
}

// Fields of one interpreter's line: nonce, source, path, version, prefix, Lab's version, Notebook's; "no" for none.
constexpr std::size_t k_path = 2;
constexpr std::size_t k_lab = 5;
constexpr std::size_t k_notebook = 6;
constexpr const char* k_none = "no";

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

// As Jupyter makes it of its base_url, with a slash at both ends; "" for "/", and for what is no path of an address.
std::string base_path_of(const std::string& base_url) {
  constexpr std::string_view k_others = "-._~%!$&'()*+,;=:@/";
  constexpr std::size_t k_longest = 500;
  const bool is_path = std::ranges::all_of(base_url, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           k_others.find(c) != std::string_view::npos;
  });
  if (!is_path || base_url.size() > k_longest) return {};
  const auto begin = base_url.find_first_not_of('/');
  if (begin == std::string::npos) return {};
  return "/" + base_url.substr(begin, base_url.find_last_not_of('/') + 1 - begin) + "/";
}

}  // namespace

std::string look_pythons(const Question& question, const std::string& nonce) {
  const bool is_path = question.python.starts_with('/');
  std::string text = script_begin(nonce) + assign("wanted", is_path ? question.python : "") +
                     assign("wanted_source", is_path ? "" : question.python) + assign("project", question.project) +
                     assign("imports", question.imports) + assign("report", scripts::python_report);
  for (const auto part : {scripts::python_begin, scripts::python_candidate, scripts::python_roots, scripts::python_ask,
                          scripts::python_look}) {
    text += part;
  }
  return as_the_user(text);
}

std::string look_known_python(const Question& question, const std::string& nonce, const plan::Python& known) {
  std::string text = script_begin(nonce) + assign("known_source", known.source) + assign("known_path", known.path) +
                     assign("project", question.project) + assign("imports", question.imports) +
                     assign("report", scripts::python_report);
  for (const auto part : {scripts::python_begin, scripts::python_candidate}) text += part;
  return as_the_user(text + "candidate \"$known_source\" \"$known_path\"\nwait\n");
}

void read_pythons(const std::vector<Section>& sections, plan::Inside& inside) {
  std::vector<std::pair<std::string, std::string>> sources;  // and the path that each resolves to
  std::vector<std::vector<std::string>> answers;
  std::vector<plan::SilentPython> failures;  // without their sources
  std::set<std::string> unasked;
  for (const auto& line : lines_of(sections, "pythons")) {
    auto fields = split(line, k_field_separator);
    if (!std::ranges::all_of(fields, is_printable)) continue;
    if (fields[0].ends_with("-failed") && fields.size() == 4)
      failures.push_back({fields[1], {}, number<int>(fields[2]), trimmed(fields[3].substr(0, k_most_words))});
    if (fields[0].ends_with("-broken") && fields.size() == 4)
      inside.silent_pythons.push_back({fields[2], fields[1], 0, {}, fields[3]});
    if (fields[0].ends_with("-unasked") && fields.size() == 2) unasked.insert(fields[1]);
    if (fields[0].ends_with("-source") && fields.size() == 3) sources.emplace_back(fields[1], fields[2]);
    if (fields[0].ends_with("-file") && fields.size() == 2) inside.project_files.push_back(fields[1]);
    if (fields[0].ends_with("-login") && fields.size() == 3) inside.login_cut = fields[2] == "cut";
    if (fields[0].ends_with("-py") && fields.size() == k_answer_fields) answers.push_back(std::move(fields));
  }
  for (const auto& [source, path] : sources) {
    const auto answer = std::ranges::find(answers, path, [](const auto& fields) { return fields[1]; });
    if (answer == answers.end()) {
      const auto failure = std::ranges::find(failures, path, &plan::SilentPython::path);
      plan::SilentPython silent = failure == failures.end() ? plan::SilentPython{path, {}} : *failure;
      silent.source = source;
      silent.unasked = unasked.contains(path);
      auto& all = inside.silent_pythons;
      if (std::ranges::find(all, silent) == all.end()) all.push_back(std::move(silent));
      continue;
    }
    plan::Python python = python_of(*answer);
    python.source = source;
    if (std::ranges::find(inside.pythons, python) == inside.pythons.end()) inside.pythons.push_back(std::move(python));
  }
  std::ranges::sort(inside.pythons, {}, [](const plan::Python& p) { return std::pair(p.source, p.path); });
  std::ranges::sort(inside.silent_pythons, {}, [](const plan::SilentPython& p) { return std::pair(p.path, p.source); });
}

std::string look_jupyter(const std::string& folder) {
  return jupyter_places(folder) + std::string(scripts::jupyter_ours) + std::string(scripts::look_jupyter);
}

void read_jupyter(const std::vector<Section>& sections, const Question& question, plan::Inside& inside) {
  plan::JupyterFacts& facts = inside.jupyter;
  facts.packages = read_packages(sections);
  facts.listening = question.jupyter_port != 0 && is_zero(sections, "jupyter_listens");
  facts.image_starts_one = !facts.listening && is_zero(sections, "jupyter_expected");
  if (const auto free = lines_of(sections, "jupyter_elsewhere"); facts.listening && !free.empty()) {
    facts.is_elsewhere = true;
    facts.free_port = number<std::uint16_t>(free.front());
  }
  if (const auto base = lines_of(sections, "jupyter_base"); facts.listening && !base.empty())
    facts.base_path = base_path_of(base.front());
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
