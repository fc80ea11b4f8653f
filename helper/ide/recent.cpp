// Gateway's list of recent connections: options/sshRecentConnections.v2.xml, and the hosts in it,
// options/sshRecentConnectionsHost.xml. Both refer to the SSH configuration by its id.
#include "ide/formats.hpp"

#include <string>
#include <vector>

namespace helper::ide {
namespace {

constexpr std::array<Step, 2> k_projects{{{"option", "name", "projects"}, {"list"}}};

std::vector<Element> projects(const Wanted& wanted) {
  if (wanted.access.project_remote.empty()) return {};
  return {{"RecentProjectState",
           {},
           {option("date", std::to_string(wanted.date)), option("productCode", "PY"),
            option("projectPath", wanted.access.project_remote)}}};
}

Element fresh(const Wanted& wanted) {
  const Element list{"list", {}, projects(wanted)};
  return {"LocalRecentConnectionState",
          {},
          {option("configId", wanted.ssh_id), {"option", {{"name", "projects"}}, {list}}}};
}

Result<pugi::xml_node> find_connection(const Xml& xml, pugi::xml_node list, const Wanted& wanted) {
  for (const pugi::xml_node each : list.children("LocalRecentConnectionState")) {
    HELPER_TRY_ASSIGN(const pugi::xml_node id, xml.only(each, {"option", "name", "configId"}));
    if (xml.says(id, "value", wanted.ssh_id)) return each;
  }
  return pugi::xml_node{};
}

Result<bool> has_project(const Xml& xml, pugi::xml_node list, const std::string& path) {
  for (const pugi::xml_node each : list.children("RecentProjectState")) {
    HELPER_TRY_ASSIGN(const pugi::xml_node found, xml.only(each, {"option", "name", "projectPath"}));
    if (xml.says(found, "value", path)) return true;
  }
  return false;
}

// What it knows of other projects, and of the IDE last used for ours, stays.
Result<void> add_project(Xml& xml, pugi::xml_node connection, const Wanted& wanted) {
  const std::vector<Element> ours = projects(wanted);
  HELPER_TRY_ASSIGN(const pugi::xml_node holder, xml.only(connection, k_projects[0]));
  HELPER_TRY_ASSIGN(const pugi::xml_node list, xml.only(holder, k_projects[1]));
  HELPER_TRY_ASSIGN(const bool there, has_project(xml, list, wanted.access.project_remote));
  if (ours.empty() || there) return {};
  if (list) {
    xml.append(list, ours);
  } else if (holder) {
    xml.append(holder, std::array{Element{"list", {}, ours}});
  } else {
    xml.append(connection, std::array{fresh(wanted).children[1]});
  }
  return {};
}

}  // namespace

Result<void> add_recent_connection(Xml& xml, const Wanted& wanted, const Product& /*product*/) {
  HELPER_TRY_ASSIGN(const pugi::xml_node list, xml.find(k_recent_connections));
  HELPER_TRY_ASSIGN(const pugi::xml_node connection, find_connection(xml, list, wanted));
  if (connection) return add_project(xml, connection, wanted);
  return xml.append(k_recent_connections, std::array{fresh(wanted)});
}

Result<void> remove_recent_connection(Xml& xml, const Wanted& wanted) {
  HELPER_TRY_ASSIGN(const pugi::xml_node list, xml.find(k_recent_connections));
  HELPER_TRY_ASSIGN(const pugi::xml_node connection, find_connection(xml, list, wanted));
  if (connection) xml.remove(list, std::array{connection});
  return {};
}

Result<void> add_recent_host(Xml& xml, const Wanted& wanted, const Product& /*product*/) {
  HELPER_TRY_ASSIGN(const pugi::xml_node list, xml.find(k_recent_hosts));
  HELPER_TRY_ASSIGN(const pugi::xml_node host, xml.only(list, {"option", "value", wanted.ssh_id}));
  if (host) return {};
  return xml.append(k_recent_hosts, std::array{Element{"option", {{"value", wanted.ssh_id}}}});
}

Result<void> remove_recent_host(Xml& xml, const Wanted& wanted) {
  HELPER_TRY_ASSIGN(const pugi::xml_node list, xml.find(k_recent_hosts));
  HELPER_TRY_ASSIGN(const pugi::xml_node host, xml.only(list, {"option", "value", wanted.ssh_id}));
  if (host) xml.remove(list, std::array{host});
  return {};
}

}  // namespace helper::ide
