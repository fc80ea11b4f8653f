// options/webServers.xml: the server that gets the files, by the SSH configuration. The interpreter and the project's
// path mappings refer to it, the first by id, the others by name.
#include "ide/formats.hpp"

#include <string>
#include <utility>
#include <vector>

namespace helper::ide {
namespace {

Step ours(const Wanted& wanted) { return {"webServer", "id", wanted.server_id}; }

std::vector<std::pair<std::string, std::string>> file_transfer(const Wanted& wanted) {
  return {{"accessType", "SFTP"},         {"host", wanted.access.host}, {"port", std::to_string(wanted.access.port)},
          {"sshConfigId", wanted.ssh_id}, {"sshConfig", wanted.name},   {"keyPair", "true"}};
}

Element fresh_transfer(const Wanted& wanted) {
  const Element inner{"advancedOptions",
                      {{"dataProtectionLevel", "Private"},
                       {"keepAliveTimeout", "0"},
                       {"passiveMode", "true"},
                       {"shareSSLContext", "true"}}};
  return {"fileTransfer", file_transfer(wanted), {{"advancedOptions", {}, {inner}}}};
}

Result<void> check_name_is_free(const Xml& xml, pugi::xml_node servers, const Wanted& wanted) {
  for (const pugi::xml_node server : servers.children("webServer")) {
    if (server.attribute("name").value() != wanted.name || xml.says(server, "id", wanted.server_id)) continue;
    return xml.refuse(
        server, "another server has the name " + wanted.name,
        "give that server another name in the IDE (Settings > Build, Execution, Deployment > Deployment)");
  }
  return {};
}

}  // namespace

Result<void> add_web_server(Xml& xml, const Wanted& wanted, const Product& /*product*/) {
  HELPER_TRY_ASSIGN(const pugi::xml_node servers, xml.find(k_web_servers));
  HELPER_TRY(check_name_is_free(xml, servers, wanted));
  HELPER_TRY_ASSIGN(const pugi::xml_node server, xml.only(servers, ours(wanted)));
  if (!server) {
    const Element fresh{"webServer", {{"id", wanted.server_id}, {"name", wanted.name}}, {fresh_transfer(wanted)}};
    return xml.append(k_web_servers, std::array{fresh});
  }
  xml.set(server, "name", wanted.name);
  HELPER_TRY_ASSIGN(const pugi::xml_node transfer, xml.only(server, {"fileTransfer"}));
  if (!transfer) {
    xml.append(server, std::array{fresh_transfer(wanted)});
    return {};
  }
  for (const auto& [name, value] : file_transfer(wanted)) xml.set(transfer, name.c_str(), value);
  xml.unset(transfer, "authAgent");
  xml.unset(transfer, "rootFolder");  // our mappings start at "/"
  return {};
}

Result<void> check_server_name(const Xml& xml, const Wanted& wanted) {
  HELPER_TRY_ASSIGN(const pugi::xml_node servers, xml.find(k_web_servers));
  return check_name_is_free(xml, servers, wanted);
}

Result<void> remove_web_server(Xml& xml, const Wanted& wanted) {
  HELPER_TRY_ASSIGN(const pugi::xml_node servers, xml.find(k_web_servers));
  HELPER_TRY_ASSIGN(const pugi::xml_node server, xml.only(servers, ours(wanted)));
  if (server) xml.remove(servers, std::array{server});
  return {};
}

}  // namespace helper::ide
