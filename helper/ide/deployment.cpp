// .idea/deployment.xml: which folder here is which one there. It refers to servers by name.
#include "ide/formats.hpp"

#include <string>

namespace helper::ide {
namespace {

constexpr const char* k_here = "$PROJECT_DIR$";
constexpr std::array<Step, 1> k_component{k_deployment[0]};

Step ours(const Wanted& wanted) { return {"paths", "name", wanted.name}; }

Element mapping(const Wanted& wanted) {
  return {"mapping", {{"deploy", wanted.access.project_remote}, {"local", k_here}}};
}

Element fresh_paths(const Wanted& wanted) {
  return {"paths", {{"name", wanted.name}}, {{"serverdata", {}, {{"mappings", {}, {mapping(wanted)}}}}}};
}

Element fresh(const Wanted& wanted) {
  Element component{"component", {{"name", std::string(k_component[0].value)}, {"serverName", wanted.name}}};
  if (wanted.upload) component.attributes.emplace_back("autoUpload", "Always");
  component.attributes.emplace_back("remoteFilesAllowedToDisappearOnAutoupload", "false");
  component.children = {{"serverData", {}, {fresh_paths(wanted)}}};
  return component;
}

// Mappings of other folders stay: the person made them.
Result<void> update_paths(Xml& xml, pugi::xml_node paths, const Wanted& wanted) {
  HELPER_TRY_ASSIGN(const pugi::xml_node data, xml.only(paths, {"serverdata"}));
  HELPER_TRY_ASSIGN(const pugi::xml_node mappings, xml.only(data, {"mappings"}));
  for (const pugi::xml_node each : mappings.children("mapping")) {
    if (!xml.says(each, "local", k_here)) continue;
    xml.set(each, "deploy", wanted.access.project_remote);
    return {};
  }
  if (mappings) {
    xml.append(mappings, std::array{mapping(wanted)});
  } else if (data) {
    xml.append(data, std::array{fresh_paths(wanted).children[0].children[0]});
  } else {
    xml.append(paths, std::array{fresh_paths(wanted).children[0]});
  }
  return {};
}

}  // namespace

Result<void> add_deployment(Xml& xml, const Wanted& wanted, const Product& /*product*/) {
  HELPER_TRY_ASSIGN(const pugi::xml_node component, xml.find(k_component));
  if (!component) {
    xml.append(xml.root(), std::array{fresh(wanted)});
    return {};
  }
  // The default server and whether files go to it by themselves are the person's choice, once there is one.
  if (!component.attribute("serverName")) {
    xml.set(component, "serverName", wanted.name);
    if (wanted.upload && !component.attribute("autoUpload")) xml.set(component, "autoUpload", "Always");
  }
  HELPER_TRY_ASSIGN(const pugi::xml_node servers, xml.only(component, k_deployment[1]));
  HELPER_TRY_ASSIGN(const pugi::xml_node paths, xml.only(servers, ours(wanted)));
  if (paths) return update_paths(xml, paths, wanted);
  return xml.append(k_deployment, std::array{fresh_paths(wanted)});
}

Result<void> remove_deployment(Xml& xml, const Wanted& wanted) {
  HELPER_TRY_ASSIGN(const pugi::xml_node component, xml.find(k_component));
  HELPER_TRY_ASSIGN(const pugi::xml_node servers, xml.only(component, k_deployment[1]));
  HELPER_TRY_ASSIGN(const pugi::xml_node paths, xml.only(servers, ours(wanted)));
  if (paths) xml.remove(servers, std::array{paths});
  if (component.attribute("serverName").value() == wanted.name) {
    xml.unset(component, "serverName");
    if (wanted.upload) xml.unset(component, "autoUpload");
  }
  return {};
}

}  // namespace helper::ide
