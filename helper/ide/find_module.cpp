// Which module of a project holds the project's folder: the one that IDEs ask for an interpreter.
#include "ide/files.hpp"
#include "ide/formats.hpp"
#include "ide/pyproject.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace helper::ide {
namespace {

namespace fs = std::filesystem;

struct Module {
  std::string name;
  std::string file;  // below the project; "" for one that lies elsewhere: another project that was attached
  bool holds_project = false;
};

// "$PROJECT_DIR$/.idea/x.iml" below the project's folder; "" for what is not below it.
std::string below_project(std::string_view path) {
  constexpr std::string_view k_folder = "$PROJECT_DIR$/";
  if (!path.starts_with(k_folder)) return {};
  const fs::path below = fs::path(path.substr(k_folder.size())).lexically_normal();
  const bool outside = below.empty() || below.is_absolute() || *below.begin() == "..";
  return outside || below.extension() != ".iml" ? "" : below.string();
}

// What $MODULE_DIR$ means: the module's folder; of a module in .idea the project's.
fs::path module_folder(const std::string& file, const fs::path& project) {
  const fs::path folder = (project / file).parent_path();
  return folder.filename() == ".idea" ? folder.parent_path() : folder;
}

bool holds_project(std::string_view text, const std::string& file, const Wanted& wanted) {
  const fs::path project = fs::path(wanted.access.project_local).lexically_normal();
  const auto xml = Xml::read(text, file,
                             {{"$MODULE_DIR$", module_folder(file, project).string()},
                              {"$PROJECT_DIR$", project.string()},
                              {"$USER_HOME$", wanted.home}});
  if (!xml) return false;
  const auto manager = xml->find(k_module_root);
  if (!manager) return false;
  constexpr std::string_view k_file = "file://";
  for (const pugi::xml_node content : manager->children("content")) {
    std::string url = content.attribute("url").value();
    if (!url.starts_with(k_file)) continue;
    if (xml->is_folder(url.substr(k_file.size()), project.string())) return true;
  }
  return false;
}

std::vector<Module> modules_of(std::string_view list_text, const Wanted& wanted, const ProjectReader& read) {
  std::vector<Module> modules;
  const auto xml = Xml::read(list_text, "modules.xml", {});
  const auto list = xml ? xml->find(k_modules) : Result<pugi::xml_node>(pugi::xml_node());
  if (!list) return modules;
  for (const pugi::xml_node each : list->children("module")) {
    const std::string path = each.attribute("filepath").value();
    Module module{fs::path(path).stem().string(), below_project(path)};
    const auto text = module.file.empty() ? std::nullopt : read(module.file);
    module.holds_project = text && holds_project(*text, module.file, wanted);
    modules.push_back(std::move(module));
  }
  return modules;
}

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return !b.empty() && std::ranges::equal(a, b, {}, lower, lower);
}

const Module* choose(const std::vector<Module>& modules, const std::string& project, const std::string& folder) {
  const auto first = [&](const auto& fits) -> const Module* {
    const auto found =
        std::ranges::find_if(modules, [&](const Module& each) { return !each.file.empty() && fits(each); });
    return found == modules.end() ? nullptr : &*found;
  };
  const std::array<const Module*, 6> by_rank{
      first([&](const Module& m) { return m.holds_project && same_name(m.name, project); }),
      first([&](const Module& m) { return m.holds_project && same_name(m.name, folder); }),
      first([&](const Module& m) { return m.holds_project; }),
      first([&](const Module& m) { return same_name(m.name, project); }),
      first([&](const Module& m) { return same_name(m.name, folder); }),
      modules.size() == 1 ? first([](const Module&) { return true; }) : nullptr};
  const auto* const best = std::ranges::find_if(by_rank, [](const Module* module) { return module != nullptr; });
  return best == by_rank.end() ? nullptr : *best;
}

// The names that a new run configuration may have, the shortest first: of scripts of one name in several folders each
// gets its own.
std::vector<std::string> configuration_names(const Wanted& wanted) {
  const fs::path script = wanted.script;
  const std::string on = " on " + wanted.name;
  std::vector<std::string> names{script.stem().string() + on};
  for (std::string name : {(script.parent_path() / script.stem()).string() + on, script.string() + on}) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

bool runs_script(std::string_view text, const Wanted& wanted) {
  const auto xml = Xml::read(text, "", {{"$PROJECT_DIR$", wanted.access.project_local}});
  if (!xml) return false;
  const pugi::xml_node script =
      xml->root().child("configuration").find_child_by_attribute("option", "name", "SCRIPT_NAME");
  return xml->says_folder(script, "value", "$PROJECT_DIR$/" + wanted.script);
}

}  // namespace

Result<Wanted> with_project(Wanted wanted, const ProjectReader& read) {
  const auto pyproject = read("pyproject.toml");
  wanted.has_pyproject = pyproject.has_value();
  const std::string project = pyproject ? pyproject_name(*pyproject) : "";
  const auto list = read(".idea/modules.xml");
  const auto modules = modules_of(list.value_or(""), wanted, read);
  if (modules.empty()) {
    wanted.module = project.empty() ? project_name(wanted) : project;
    wanted.module_file = ".idea/" + wanted.module + ".iml";
  } else if (const Module* best = choose(modules, project, project_name(wanted))) {
    wanted.module = best->name;
    wanted.module_file = best->file;
  } else {
    wanted.module = modules.front().name;
    wanted.module_file.clear();
  }
  if (wanted.script.empty()) return wanted;
  for (const std::string& name : configuration_names(wanted)) {
    wanted.configuration = name;
    const auto text = read(run_configuration_file(wanted).path);
    if (!text || text->empty() || runs_script(*text, wanted)) return wanted;
  }
  return fail(ErrorCode::usage, "run configuration of " + wanted.script,
              run_configuration_file(wanted).path + " is there, and runs another script",
              "give that configuration another name in the IDE, then run the command again");
}

}  // namespace helper::ide
