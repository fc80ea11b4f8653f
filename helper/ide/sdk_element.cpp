#include "ide/sdk_element.hpp"

#include "ide/formats.hpp"

#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

namespace helper::ide {
namespace {

using Attributes = std::vector<std::pair<std::string, std::string>>;

constexpr Version k_target_form{2023, 3};
constexpr Version k_knows_working_directory{2026, 2};
constexpr const char* k_target_type = "ssh/web-deployment";

bool has_target_form(const Product& product) { return product.version >= k_target_form; }

std::string sftp_address(const Access& i) { return "sftp://" + i.user + "@" + i.host + ":" + std::to_string(i.port); }

// The project that an interpreter belongs to, as each version knows it, in the order in which IDEs write it: since
// 2026.2 an interpreter that belongs to none is not shown, and of a module without one PyCharm takes that of its
// folder.
Attributes owner_attributes(const Wanted& wanted, const Product& product) {
  std::string folder = std::filesystem::path(wanted.access.project_local).lexically_normal().string();
  if (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
  if (folder.empty()) return {};
  folder = collapsed(folder, wanted);
  Attributes all{{"ASSOCIATED_PROJECT_PATH", folder}};
  if (product.version >= k_knows_working_directory) all.emplace_back("WORKING_DIRECTORY", folder);
  return all;
}

// Attributes that decide whether the loader accepts the entry: a missing VALID is false, and a missing INTERPRETER_PATH
// takes the place of homePath.
Attributes target_attributes(const Wanted& wanted) {
  return {{"SDK_UUID", wanted.sdk_id}, {"INTERPRETER_PATH", wanted.access.python}, {"VALID", "true"}};
}

Attributes sftp_attributes(const Wanted& wanted) {
  Attributes all = target_attributes(wanted);
  all.emplace_back("WEB_SERVER_CONFIG_ID", wanted.server_id);
  all.emplace_back("WEB_SERVER_CONFIG_NAME", wanted.name);
  all.emplace_back("WEB_SERVER_CREDENTIALS_ID", sftp_address(wanted.access));
  return all;
}

Element target(const Wanted& wanted) {
  const Element config{
      "config",
      {},
      {option("projectRootOnTarget", wanted.access.project_remote), option("webServerConfigId", wanted.server_id)}};
  return {"targetEnvironmentConfiguration", {{"name", wanted.name}, {"type", k_target_type}}, {config}};
}

// A virtual environment's flavour without data is the one that is known to work from every operating system.
Element setting(std::string name, std::string value) {
  return {"setting", {{"name", std::move(name)}, {"value", std::move(value)}}};
}

bool update_target(Xml& xml, pugi::xml_node additional, const Wanted& wanted) {
  const pugi::xml_node found = additional.child("targetEnvironmentConfiguration");
  const pugi::xml_node config = found.child("config");
  const pugi::xml_node folder = config.find_child_by_attribute("option", "name", "projectRootOnTarget");
  const pugi::xml_node server = config.find_child_by_attribute("option", "name", "webServerConfigId");
  if (!folder || !server || !xml.says(found, "type", k_target_type)) return false;
  xml.set(found, "name", wanted.name);
  xml.set(folder, "value", wanted.access.project_remote);
  xml.set(server, "value", wanted.server_id);
  return true;
}

}  // namespace

std::string sdk_home(const Wanted& wanted, const Product& product) {
  const Access& i = wanted.access;
  return has_target_form(product) ? i.python : sftp_address(i) + i.python;
}

// The language level is read from this text.
std::string sdk_version(const Wanted& wanted) { return "Python " + wanted.access.python_version; }

Element sdk_roots() {
  const Element root{"root", {{"type", "composite"}}};
  return {"roots", {}, {{"classPath", {}, {root}}, {"sourcePath", {}, {root}}}};
}

Element sdk_additional(const Wanted& wanted, const Product& product) {
  const Access& i = wanted.access;
  Element additional{"additional", owner_attributes(wanted, product)};
  const auto add = [&](const Attributes& all) {
    additional.attributes.insert(additional.attributes.end(), all.begin(), all.end());
  };
  if (has_target_form(product)) {
    add({{"SDK_UUID", wanted.sdk_id},
         {"INTERPRETER_PATH", i.python},
         {"HELPERS_PATH", ""},  // the IDE's choice
         {"VALID", "true"},
         {"RUN_AS_ROOT_VIA_SUDO", "false"}});
    additional.children = {setting("FLAVOR_ID", "VirtualEnvSdkFlavor"), setting("FLAVOR_DATA", "{}"), target(wanted)};
    return additional;
  }
  const std::string home = i.user == "root" ? "/root" : "/home/" + i.user;
  add({{"SDK_UUID", wanted.sdk_id},
       {"WEB_SERVER_CONFIG_ID", wanted.server_id},
       {"WEB_SERVER_CONFIG_NAME", wanted.name},
       {"WEB_SERVER_CREDENTIALS_ID", sftp_address(i)},
       {"INTERPRETER_PATH", i.python},
       {"HELPERS_PATH", home + "/.pycharm_helpers"},
       {"INITIALIZED", "false"},
       {"VALID", "true"},
       {"RUN_AS_ROOT_VIA_SUDO", "false"},
       {"SKELETONS_PATH", ""},
       {"VERSION", ""}});
  return additional;
}

Element sdk_element(const Wanted& wanted, const Product& product) {
  const auto value = [](std::string name, std::string text) {
    return Element{std::move(name), {{"value", std::move(text)}}};
  };
  Element jdk{"jdk", {{"version", "2"}}, {value("name", sdk_name(wanted)), value("type", k_sdk_type)}};
  if (!wanted.access.python_version.empty()) jdk.children.push_back(value("version", sdk_version(wanted)));
  jdk.children.push_back(value("homePath", sdk_home(wanted, product)));
  jdk.children.push_back(sdk_roots());
  jdk.children.push_back(sdk_additional(wanted, product));
  return jdk;
}

bool update_additional(Xml& xml, pugi::xml_node additional, const Wanted& wanted, const Product& product) {
  const bool is_target = static_cast<bool>(additional.child("targetEnvironmentConfiguration"));
  if (is_target != has_target_form(product)) return false;
  if (is_target && !update_target(xml, additional, wanted)) return false;
  for (const auto& [name, value] : owner_attributes(wanted, product)) {
    if (!xml.says_folder(additional, name.c_str(), value)) xml.set_before(additional, "SDK_UUID", name.c_str(), value);
  }
  for (const auto& [name, value] : is_target ? target_attributes(wanted) : sftp_attributes(wanted)) {
    xml.set(additional, name.c_str(), value);
  }
  return true;
}

}  // namespace helper::ide
