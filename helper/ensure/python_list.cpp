#include "ensure/python_list.hpp"

#include "plan/choose_python.hpp"

#include <algorithm>

namespace helper::ensure {
namespace {

PythonEntry entry_of(const plan::Python& python) {
  PythonEntry entry;
  entry.path = python.path;
  entry.version = python.version;
  entry.prefix = python.prefix;
  entry.base_prefix = python.base_prefix;
  entry.missing = python.missing;
  for (const auto& framework : python.frameworks)
    entry.frameworks.push_back(framework.name + (framework.version.empty() ? "" : " " + framework.version));
  return entry;
}

}  // namespace

PythonList python_list(const config::Target& target, const plan::Inside& inside) {
  PythonList list;
  list.target = target.name;
  list.wanted = target.python;
  const auto choice = plan::choose_python(target, inside);
  const plan::Python* login = plan::login_python(inside.pythons);
  for (const auto& python : inside.pythons) {
    auto entry = std::ranges::find(list.pythons, python.path, &PythonEntry::path);
    if (entry == list.pythons.end()) entry = list.pythons.insert(entry, entry_of(python));
    entry->sources.push_back(python.source);
    entry->chosen = choice && choice->python.path == python.path;
    entry->login = login != nullptr && login->path == python.path;
  }
  std::ranges::stable_sort(list.pythons, [](const PythonEntry& a, const PythonEntry& b) {
    return a.chosen != b.chosen ? a.chosen : a.path < b.path;
  });
  for (const auto& python : inside.silent_pythons) {
    if (python.unasked) list.unasked.push_back(python.source);
  }
  list.cause = choice ? choice->cause : choice.error().cause;
  if (choice) list.notes = plan::python_notes(target, inside, *choice);
  return list;
}

}  // namespace helper::ensure
