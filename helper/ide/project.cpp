// The project's own files: .idea/misc.xml (its interpreter), .idea/modules.xml and the module (its interpreter again,
// or "the project's").
#include "ide/files.hpp"
#include "ide/formats.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>

namespace helper::ide {
namespace {

constexpr std::string_view k_python_module = "PYTHON_MODULE";
// Modules of the other kinds that PyCharm and its relatives make for folders of any content. A module of Java or of a
// plugin follows a project whose interpreter is none of Python's.
constexpr std::array<std::string_view, 6> k_plain_modules{
    {k_python_module, "WEB_MODULE", "GENERAL_MODULE", "EMPTY_MODULE", "DBE_MODULE", "CPP_MODULE"}};
constexpr std::array<Step, 2> k_python_facet{{{"component", "name", "FacetManager"}, {"facet", "type", "Python"}}};

bool is_sdk_entry(pugi::xml_node entry) {
  const std::string_view type = entry.attribute("type").value();
  return type == "jdk" || type == "inheritedJdk";
}

pugi::xml_node sdk_entry(pugi::xml_node root_manager) {
  return root_manager.find_child(
      [](pugi::xml_node entry) { return std::string_view(entry.name()) == "orderEntry" && is_sdk_entry(entry); });
}

bool is_python(pugi::xml_node entry) { return entry.attribute("jdkType").value() == std::string_view(k_sdk_type); }

bool is_plain(const Xml& xml) {
  return std::ranges::find(k_plain_modules, xml.root().attribute("type").value()) != k_plain_modules.end();
}

// Where a module of another kind keeps its Python.
Result<pugi::xml_node> facet_of(const Xml& xml) {
  HELPER_TRY_ASSIGN(const pugi::xml_node facet, xml.find(k_python_facet));
  return xml.only(facet, {"configuration"});
}

}  // namespace

std::string project_name(const Wanted& wanted) {
  std::filesystem::path folder = std::filesystem::path(wanted.access.project_local).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  const std::string name = folder.filename().string();
  return name.empty() || name == "." || name == ".." ? "project" : name;
}

std::string module_name(const Wanted& wanted) { return wanted.module.empty() ? project_name(wanted) : wanted.module; }

std::string module_file(const Wanted& wanted) {
  return wanted.module_file.empty() ? ".idea/" + module_name(wanted) + ".iml" : wanted.module_file;
}

Result<void> add_project_sdk(Xml& xml, const Wanted& wanted, const Product& /*product*/) {
  HELPER_TRY_ASSIGN(const pugi::xml_node manager, xml.find(k_project_root));
  if (!manager) {
    const Element fresh{"component",
                        {{"name", std::string(k_project_root[0].value)},
                         {"version", "2"},
                         {"project-jdk-name", sdk_name(wanted)},
                         {"project-jdk-type", k_sdk_type}}};
    xml.append(xml.root(), std::array{fresh});
    return {};
  }
  const std::string_view type = manager.attribute("project-jdk-type").value();
  if (!type.empty() && type != k_sdk_type) return {};
  xml.set(manager, "project-jdk-name", sdk_name(wanted));
  xml.set(manager, "project-jdk-type", k_sdk_type);
  return {};
}

Result<void> remove_project_sdk(Xml& xml, const Wanted& wanted) {
  HELPER_TRY_ASSIGN(const pugi::xml_node manager, xml.find(k_project_root));
  if (!xml.says(manager, "project-jdk-name", sdk_name(wanted))) return {};
  xml.unset(manager, "project-jdk-name");
  xml.unset(manager, "project-jdk-type");
  return {};
}

Result<void> add_module_to_list(Xml& xml, const Wanted& wanted, const Product& /*product*/) {
  HELPER_TRY_ASSIGN(const pugi::xml_node modules, xml.find(k_modules));
  if (modules.child("module")) return {};
  const std::string path = "$PROJECT_DIR$/" + module_file(wanted);
  return xml.append(k_modules, std::array{Element{"module", {{"fileurl", "file://" + path}, {"filepath", path}}}});
}

// Without its modules a project has no files: the list stays.
Result<void> remove_module_from_list(Xml& /*xml*/, const Wanted& /*wanted*/) { return {}; }

// PyCharm takes the interpreter that a module names, whatever kind of module it is; then that of its Python facet; then
// the project's. Where it makes modules of pyproject.toml files, only the module's own one lives on.
Result<void> add_module_sdk(Xml& xml, const Wanted& wanted, const Product& /*product*/) {
  HELPER_TRY_ASSIGN(const pugi::xml_node manager, xml.find(k_module_root));
  HELPER_TRY_ASSIGN(const pugi::xml_node facet, facet_of(xml));
  const Element own{"orderEntry", {{"type", "jdk"}, {"jdkName", sdk_name(wanted)}, {"jdkType", k_sdk_type}}};
  const bool of_python = xml.root().attribute("type").value() == k_python_module;
  const pugi::xml_node entry = sdk_entry(manager);
  if (!manager && of_python) {
    const Element fresh{"component",
                        {{"name", std::string(k_module_root[0].value)}},
                        {{"content", {{"url", "file://$MODULE_DIR$"}}},
                         own,
                         {"orderEntry", {{"type", "sourceFolder"}, {"forTests", "false"}}}}};
    if (wanted.has_pyproject) xml.set_before(xml.root(), "type", "external.system.id", "pyproject.toml");
    xml.append(xml.root(), std::array{fresh});
  } else if (manager && !entry && of_python) {
    xml.append(manager, std::array{own});
  } else if (entry.attribute("type").value() == std::string_view("jdk") && (of_python || is_python(entry))) {
    xml.set(entry, "jdkName", sdk_name(wanted));
    xml.set(entry, "jdkType", k_sdk_type);
  } else if (entry.attribute("type").value() == std::string_view("inheritedJdk") && wanted.has_pyproject &&
             is_plain(xml)) {
    xml.replace(entry, own);
  }
  if (facet.attribute("sdkName")) xml.set(facet, "sdkName", sdk_name(wanted));
  return {};
}

Result<void> remove_module_sdk(Xml& xml, const Wanted& wanted) {
  HELPER_TRY_ASSIGN(const pugi::xml_node manager, xml.find(k_module_root));
  HELPER_TRY_ASSIGN(const pugi::xml_node facet, facet_of(xml));
  const pugi::xml_node entry = sdk_entry(manager);
  if (xml.says(entry, "jdkName", sdk_name(wanted))) xml.replace(entry, {"orderEntry", {{"type", "inheritedJdk"}}});
  if (xml.says(facet, "sdkName", sdk_name(wanted))) xml.unset(facet, "sdkName");
  return {};
}

std::optional<std::string> named_interpreter(FileKind kind, std::string_view text) {
  const Result<Xml> xml = Xml::read(text, "", {});
  if (!xml) return std::string();
  if (kind == FileKind::misc) {
    const pugi::xml_node manager = xml->find(k_project_root).value_or(pugi::xml_node());
    const bool python = manager.attribute("project-jdk-type").value() == std::string_view(k_sdk_type);
    return python ? manager.attribute("project-jdk-name").value() : std::string();
  }
  const pugi::xml_node entry = sdk_entry(xml->find(k_module_root).value_or(pugi::xml_node()));
  if (is_python(entry)) return entry.attribute("jdkName").value();
  const pugi::xml_node facet = facet_of(*xml).value_or(pugi::xml_node());
  if (facet.attribute("sdkName")) return facet.attribute("sdkName").value();
  return entry.attribute("type").value() == std::string_view("inheritedJdk") ? std::nullopt
                                                                             : std::optional<std::string>("");
}

}  // namespace helper::ide
