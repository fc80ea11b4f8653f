// Which interpreter PyCharm takes for the project's folder, by the rules of its published sources (intellij-community,
// python/python-pyproject: workspaceTools.kt and PythonSdkConfigurator.kt). Which release carries which rules is not
// known, so files must hold by all of them. It shares nothing with the code that it judges but the XML parser.
#pragma once

#include <pugixml.hpp>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace helper::test {

// The texts of a project's files by their path below it, and its interpreters: the project of each, by its name.
struct ProjectFiles {
  std::string folder;
  std::map<std::string, std::string> texts;
  std::map<std::string, std::string> owners;
};

class PyprojectModel {
 public:
  enum class Rules {
    files,    // until 2026.1, and where usePyprojectToml is false: the files as they are
    deletes,  // a module of Python with the folder or the name of a pyproject.toml is deleted and made new
    renames,  // the module with its name, or with its folder alone, is renamed, and keeps what it names itself
  };

  // "": none, and PyCharm chooses or creates a local one.
  static std::string interpreter(const ProjectFiles& files, Rules rules) {
    PyprojectModel model(files);
    if (rules != Rules::files && !model.turned_off()) model.rebuild(rules);
    return model.of_folder();
  }

  // The names of the modules whose content is the project's folder: there must be one.
  static std::vector<std::string> holders(const ProjectFiles& files) {
    PyprojectModel model(files);
    std::vector<std::string> names;
    for (const Module& each : model.modules_) {
      if (each.roots.contains(files.folder)) names.push_back(each.name);
    }
    return names;
  }

  // Since 2026.2 an interpreter is shown only where it belongs to the project (PythonInterpreterRegistry): by its
  // ASSOCIATED_PROJECT_PATH, or without one by its WORKING_DIRECTORY.
  static std::string owner_of(const std::string& jdk_table, const std::string& name, const std::string& home) {
    pugi::xml_document document;
    document.load_string(jdk_table.c_str());
    for (const pugi::xml_node jdk : document.document_element().child("component").children("jdk")) {
      if (jdk.child("name").attribute("value").value() != name) continue;
      const pugi::xml_node additional = jdk.child("additional");
      std::string path = additional.attribute("ASSOCIATED_PROJECT_PATH").value();
      if (path.empty()) path = additional.attribute("WORKING_DIRECTORY").value();
      return std::regex_replace(path, std::regex("\\$USER_HOME\\$"), home);
    }
    return {};
  }

 private:
  struct Module {
    std::string name, type;
    std::set<std::string> roots;
    std::optional<std::string> own;  // what it names itself; nullopt: nothing
    bool inherits = false;
  };
  struct Toml {
    std::string name, root;
  };

  explicit PyprojectModel(const ProjectFiles& files) : files_(files) {
    pugi::xml_document list;
    list.load_string(text(".idea/modules.xml").c_str());
    for (const pugi::xml_node each : list.document_element().child("component").child("modules").children("module")) {
      const std::string path = each.attribute("filepath").value();
      modules_.push_back(module(path.substr(path.find('/') + 1)));
    }
    for (const auto& [path, content] : files_.texts) {
      if (std::filesystem::path(path).filename() != "pyproject.toml") continue;
      std::smatch name;
      const bool named = std::regex_search(content, name, std::regex("name *= *\"([^\"]*)\""));
      const std::string root = (files_.folder / std::filesystem::path(path)).parent_path().string();
      tomls_.push_back({named ? name[1].str() : std::filesystem::path(root).filename().string(), root});
    }
  }

  [[nodiscard]] std::string text(const std::string& path) const {
    const auto found = files_.texts.find(path);
    return found == files_.texts.end() ? "" : found->second;
  }

  [[nodiscard]] Module module(const std::string& path) const {
    Module module{std::filesystem::path(path).stem().string()};
    std::filesystem::path folder = (files_.folder / std::filesystem::path(path)).parent_path();
    if (folder.filename() == ".idea") folder = folder.parent_path();
    pugi::xml_document document;
    document.load_string(text(path).c_str());
    const pugi::xml_node root = document.document_element();
    module.type = root.attribute("type").value();
    const auto component = [&](const char* name) { return root.find_child_by_attribute("component", "name", name); };
    for (const pugi::xml_node each : component("NewModuleRootManager").children()) {
      const std::string kind = each.attribute("type").value();
      if (std::string_view(each.name()) == "content") {
        const std::string url =
            std::regex_replace(each.attribute("url").value(), std::regex("\\$MODULE_DIR\\$"), folder.string());
        module.roots.insert(std::filesystem::path(url.substr(7)).lexically_normal().string());
      } else if (kind == "jdk" && std::string_view(each.attribute("jdkType").value()) == "Python SDK") {
        module.own = each.attribute("jdkName").value();
      }
      module.inherits = module.inherits || kind == "inheritedJdk";
    }
    const pugi::xml_attribute facet = component("FacetManager")
                                          .find_child_by_attribute("facet", "type", "Python")
                                          .child("configuration")
                                          .attribute("sdkName");
    if (!module.own && facet) module.own = facet.value();
    return module;
  }

  [[nodiscard]] bool turned_off() const {
    return std::regex_search(text(".idea/pyProjectModel.xml"), std::regex("usePyprojectToml\" value=\"false\""));
  }

  static std::string lower(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
  }

  void rebuild(Rules rules) {
    std::vector<Module> made;
    for (const Toml& toml : tomls_) {
      Module module{toml.name, "PYTHON_MODULE", {toml.root}};
      for (const Module& old : modules_) {
        const bool same =
            lower(old.name) == lower(toml.name) || (old.roots.size() == 1 && old.roots.contains(toml.root));
        if (rules == Rules::renames && same) module.own = old.own;
      }
      made.push_back(std::move(module));
    }
    std::erase_if(modules_, [&](const Module& old) {
      return std::ranges::any_of(tomls_, [&](const Toml& toml) {
        const bool same = old.roots.contains(toml.root) || lower(old.name) == lower(toml.name);
        return same && (rules == Rules::renames || old.type == "PYTHON_MODULE");
      });
    });
    // "The previously used interpreter": one that belongs to the module's folder.
    for (Module& module : made) {
      for (const auto& [name, owner] : files_.owners) {
        if (!module.own && module.roots.contains(owner)) module.own = name;
      }
    }
    modules_.insert(modules_.end(), made.begin(), made.end());
  }

  // As findPythonSdk() does it: the module's own, its facet's, the project's.
  [[nodiscard]] std::string of_folder() const {
    for (const Module& module : modules_) {
      if (!module.roots.contains(files_.folder)) continue;
      if (module.own) return *module.own;
      if (!module.inherits) continue;
      pugi::xml_document misc;
      misc.load_string(text(".idea/misc.xml").c_str());
      const pugi::xml_node manager =
          misc.document_element().find_child_by_attribute("component", "name", "ProjectRootManager");
      if (std::string_view(manager.attribute("project-jdk-type").value()) != "Python SDK") continue;
      return manager.attribute("project-jdk-name").value();
    }
    return {};
  }

  const ProjectFiles& files_;
  std::vector<Module> modules_;
  std::vector<Toml> tomls_;
};

}  // namespace helper::test
