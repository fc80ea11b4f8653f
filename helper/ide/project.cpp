// The project's own files: .idea/misc.xml (its interpreter), .idea/modules.xml and the module (its interpreter again,
// or "the project's").
#include "ide/formats.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace helper::ide {
namespace {

constexpr std::string_view k_python_module = "PYTHON_MODULE";

bool is_sdk_entry(pugi::xml_node entry) {
  const std::string_view type = entry.attribute("type").value();
  return type == "jdk" || type == "inheritedJdk";
}

pugi::xml_node sdk_entry(pugi::xml_node root_manager) {
  return root_manager.find_child(
      [](pugi::xml_node entry) { return std::string_view(entry.name()) == "orderEntry" && is_sdk_entry(entry); });
}

}  // namespace

std::string project_name(const Wanted& wanted) {
  std::filesystem::path folder = std::filesystem::path(wanted.access.project_local).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  const std::string name = folder.filename().string();
  return name.empty() || name == "." || name == ".." ? "project" : name;
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
  const std::string path = "$PROJECT_DIR$/.idea/" + project_name(wanted) + ".iml";
  return xml.append(k_modules, std::array{Element{"module", {{"fileurl", "file://" + path}, {"filepath", path}}}});
}

// Without its modules a project has no files: the list stays.
Result<void> remove_module_from_list(Xml& /*xml*/, const Wanted& /*wanted*/) { return {}; }

Result<void> add_module_sdk(Xml& xml, const Wanted& wanted, const Product& /*product*/) {
  if (xml.root().attribute("type").value() != k_python_module) return {};
  HELPER_TRY_ASSIGN(const pugi::xml_node manager, xml.find(k_module_root));
  const Element own{"orderEntry", {{"type", "jdk"}, {"jdkName", sdk_name(wanted)}, {"jdkType", k_sdk_type}}};
  const pugi::xml_node entry = sdk_entry(manager);
  if (!manager) {
    const Element fresh{"component",
                        {{"name", std::string(k_module_root[0].value)}},
                        {{"content", {{"url", "file://$MODULE_DIR$"}}},
                         own,
                         {"orderEntry", {{"type", "sourceFolder"}, {"forTests", "false"}}}}};
    xml.append(xml.root(), std::array{fresh});
  } else if (!entry) {
    xml.append(manager, std::array{own});
  } else if (entry.attribute("type").value() == std::string_view("jdk")) {
    xml.set(entry, "jdkName", sdk_name(wanted));
    xml.set(entry, "jdkType", k_sdk_type);
  }
  return {};
}

Result<void> remove_module_sdk(Xml& xml, const Wanted& wanted) {
  HELPER_TRY_ASSIGN(const pugi::xml_node manager, xml.find(k_module_root));
  const pugi::xml_node entry = sdk_entry(manager);
  if (xml.says(entry, "jdkName", sdk_name(wanted))) xml.replace(entry, {"orderEntry", {{"type", "inheritedJdk"}}});
  return {};
}

}  // namespace helper::ide
