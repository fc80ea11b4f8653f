// .idea/deployment.xml: which folder here is which one there. It refers to servers by name.
#include "ide/formats.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace helper::ide {
namespace {

constexpr const char* k_here = "$PROJECT_DIR$";
constexpr std::array<Step, 1> k_component{k_deployment[0]};
// IDEs write automatic upload twice, and which of the two an IDE reads is not known: both or none.
constexpr const char* k_upload = "autoUpload";
constexpr const char* k_upload_always = "Always";
constexpr const char* k_option_always = "ALWAYS";

Step ours(const Wanted& wanted) { return {"paths", "name", wanted.name}; }

Element mapping(const Wanted& wanted) {
  return {"mapping", {{"deploy", wanted.access.project_remote}, {"local", k_here}}};
}

Element fresh_paths(const Wanted& wanted) {
  return {"paths", {{"name", wanted.name}}, {{"serverdata", {}, {{"mappings", {}, {mapping(wanted)}}}}}};
}

Element upload_option() { return option(std::string(k_upload_option.value), k_option_always); }

Element fresh(const Wanted& wanted) {
  Element component{"component", {{"name", std::string(k_component[0].value)}, {"serverName", wanted.name}}};
  if (wanted.upload) component.attributes.emplace_back(k_upload, k_upload_always);
  component.attributes.emplace_back("remoteFilesAllowedToDisappearOnAutoupload", "false");
  component.children = {{"serverData", {}, {fresh_paths(wanted)}}};
  if (wanted.upload) component.children.push_back(upload_option());
  return component;
}

// Mappings of other folders stay: the person made them.
Result<void> update_paths(Xml& xml, pugi::xml_node paths, const Wanted& wanted) {
  HELPER_TRY_ASSIGN(const pugi::xml_node data, xml.only(paths, {"serverdata"}));
  HELPER_TRY_ASSIGN(const pugi::xml_node mappings, xml.only(data, {"mappings"}));
  for (const pugi::xml_node each : mappings.children("mapping")) {
    if (!xml.says_folder(each, "local", k_here)) continue;
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
  HELPER_TRY_ASSIGN(const pugi::xml_node said, xml.only(component, k_upload_option));
  HELPER_TRY_ASSIGN(const pugi::xml_node servers, xml.only(component, k_deployment[1]));
  const bool uploads = component.attribute(k_upload) || said;
  std::vector<Element> missing;
  // The default server and whether files go to it by themselves are the person's choice, once there is one. A project
  // that uploads by itself, without a server as yet, must not begin to do so into a folder that is mounted there.
  const bool ours_by_default = component.attribute("serverName").value() == wanted.name;
  const bool no_server = !component.attribute("serverName") && (wanted.upload || !uploads);
  if (no_server) xml.set(component, "serverName", wanted.name);
  const bool half = xml.says(component, k_upload, k_upload_always) != xml.says(said, "value", k_option_always);
  if (wanted.upload && ((no_server && !uploads) || (half && (ours_by_default || no_server)))) {
    if (!component.attribute(k_upload)) xml.set(component, k_upload, k_upload_always);
    if (!said) missing.push_back(upload_option());
  }
  HELPER_TRY_ASSIGN(const pugi::xml_node paths, xml.only(servers, ours(wanted)));
  if (paths) {
    HELPER_TRY(update_paths(xml, paths, wanted));
  } else if (servers) {
    xml.append(servers, std::array{fresh_paths(wanted)});
  } else {
    missing.insert(missing.begin(), Element{"serverData", {}, {fresh_paths(wanted)}});
  }
  if (!missing.empty()) xml.append(component, missing);
  return {};
}

// Without our server a project that uploads by itself would do so to the next default server.
Result<void> remove_deployment(Xml& xml, const Wanted& wanted) {
  HELPER_TRY_ASSIGN(const pugi::xml_node component, xml.find(k_component));
  HELPER_TRY_ASSIGN(const pugi::xml_node servers, xml.only(component, k_deployment[1]));
  HELPER_TRY_ASSIGN(const pugi::xml_node paths, xml.only(servers, ours(wanted)));
  if (paths) xml.remove(servers, std::array{paths});
  if (component.attribute("serverName").value() != wanted.name) return {};
  HELPER_TRY_ASSIGN(const pugi::xml_node said, xml.only(component, k_upload_option));
  xml.unset(component, "serverName");
  xml.unset(component, k_upload);
  if (said) xml.remove(component, std::array{said});
  return {};
}

}  // namespace helper::ide
