// Reads settings files of IDEs by their loaders' rules, and says what these would refuse or fail to find. Written after
// what JetBrains' open sources demand (JpsSdkEntitySerializer, PyTargetAwareAdditionalData, ToolsProcessor) and the
// references that their files hold; it shares nothing with the code that it judges but the XML parser.
#pragma once

#include <pugixml.hpp>

#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace helper::test {

// The texts of one IDE's files and one project's, nullopt for those that are not there.
struct IdeFiles {
  std::optional<std::string> ssh_configs, web_servers, jdk_table, external_tools, recent_connections, recent_hosts;
  std::optional<std::string> deployment, misc, modules, module, run_configuration;
};

class IdeLoader {
 public:
  // What is wrong, a sentence each; none when an IDE would read it all.
  static std::vector<std::string> complaints(const IdeFiles& files) {
    IdeLoader loader;
    loader.ssh_configs(files.ssh_configs);
    loader.web_servers(files.web_servers);
    loader.jdk_table(files.jdk_table);
    loader.external_tools(files.external_tools);
    loader.recents(files.recent_connections, files.recent_hosts);
    loader.deployment(files.deployment);
    loader.project(files.misc, files.modules, files.module);
    loader.run_configuration(files.run_configuration);
    return loader.complaints_;
  }

 private:
  using Text = std::optional<std::string>;
  struct Address {
    std::string host, port, user;
  };

  static std::string at(pugi::xml_node node, const char* name) { return node.attribute(name).value(); }
  static std::string option(pugi::xml_node node, const char* name) {
    return at(node.find_child_by_attribute("option", "name", name), "value");
  }
  void expect(bool holds, const std::string& complaint) {
    if (!holds) complaints_.push_back(complaint);
  }

  // The component, or a null node where the file or the component is missing.
  pugi::xml_node component(pugi::xml_document& document, const Text& text, const char* file, const char* name,
                           const std::set<std::string>& roots) {
    if (!text) return {};
    const auto parsed = document.load_string(text->c_str(), pugi::parse_full);
    expect(parsed, std::string(file) + " does not parse: " + parsed.description());
    const pugi::xml_node root = document.document_element();
    expect(roots.contains(root.name()), std::string(file) + " has the root " + root.name());
    int found = 0;
    for (const pugi::xml_node each : root.children("component")) found += at(each, "name") == name ? 1 : 0;
    expect(found == 1, std::string(file) + " has the component " + name + " " + std::to_string(found) + " times");
    return root.find_child_by_attribute("component", "name", name);
  }

  void ssh_configs(const Text& text) {
    pugi::xml_document document;
    const auto found = component(document, text, "sshConfigs.xml", "SshConfigs", {"application", "project"});
    for (const pugi::xml_node each : found.child("configs").children("sshConfig")) {
      const std::string id = at(each, "id");
      for (const char* name : {"id", "host", "port", "username"}) {
        expect(!at(each, name).empty(), "the SSH configuration " + id + " has no " + name);
      }
      expect(at(each, "nameFormat") != "CUSTOM" ||
                 (!at(each, "customName").empty() && at(each, "customName") == option(each, "customName")),
             "the SSH configuration " + id + " has two names");
      expect(ssh_.emplace(id, Address{at(each, "host"), at(each, "port"), at(each, "username")}).second,
             "the SSH configuration " + id + " is there twice");
    }
  }

  void web_servers(const Text& text) {
    pugi::xml_document document;
    const auto found = component(document, text, "webServers.xml", "WebServers", {"application", "project"});
    const auto servers = found.find_child_by_attribute("option", "name", "servers");
    for (const pugi::xml_node each : servers.children("webServer")) {
      const std::string id = at(each, "id");
      const std::string name = at(each, "name");
      expect(!name.empty() && server_names_.insert(name).second, "the server name " + name + " is there twice");
      expect(servers_.emplace(id, name).second, "the server " + id + " is there twice");
      const pugi::xml_node transfer = each.child("fileTransfer");
      const std::string ssh = at(transfer, "sshConfigId");
      if (ssh.empty()) continue;  // as versions before 2020 wrote them
      expect(ssh_.contains(ssh), "the server " + name + " names no SSH configuration: " + ssh);
      if (!ssh_.contains(ssh)) continue;
      expect(at(transfer, "accessType") == "SFTP", "the server " + name + " is not reached by SFTP");
      expect(at(transfer, "host") == ssh_[ssh].host && at(transfer, "port") == ssh_[ssh].port,
             "the server " + name + " has another address than its SSH configuration");
    }
  }

  void jdk_table(const Text& text) {
    pugi::xml_document document;
    const auto table = component(document, text, "jdk.table.xml", "ProjectJdkTable", {"application"});
    for (const pugi::xml_node jdk : table.children("jdk")) {
      const std::string name = at(jdk.child("name"), "value");
      const std::string who = "the interpreter " + name;
      expect(at(jdk, "version") == "2", who + " is not of version 2");
      for (const char* part : {"name", "type", "homePath"}) {
        expect(jdk.child(part).attribute("value"), who + " has no " + part);
      }
      expect(sdks_.emplace(name, at(jdk.child("type"), "value")).second, who + " is there twice");
      roots(jdk.child("roots"), who);
      if (at(jdk.child("type"), "value") == "Python SDK") python(jdk, who);
    }
  }

  void roots(pugi::xml_node all, const std::string& who) {
    expect(all, who + " has no roots");
    for (const pugi::xml_node kind : all.children()) {
      if (kind.type() != pugi::node_element) continue;
      int composites = 0;
      for (const pugi::xml_node root : kind.children("root")) composites += at(root, "type") == "composite" ? 1 : 0;
      expect(composites == 1, who + " has not one composite root in " + kind.name());
      for (const pugi::xml_node root : kind.child("root").children("root")) {
        expect(root.attribute("url"), who + " has a root without url");
      }
    }
  }

  void python(pugi::xml_node jdk, const std::string& who) {
    static const std::regex uuid("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    const pugi::xml_node additional = jdk.child("additional");
    const std::string home = at(jdk.child("homePath"), "value");
    const std::string id = at(additional, "SDK_UUID");
    expect(id.empty() || std::regex_match(id, uuid), who + " has no UUID as its SDK_UUID");
    const pugi::xml_node target = additional.child("targetEnvironmentConfiguration");
    const bool sftp = home.starts_with("sftp://");
    if (!target && !sftp) return;
    expect(at(additional, "VALID") == "true", who + " is not valid");
    const std::string path = at(additional, "INTERPRETER_PATH");
    expect(path.starts_with("/"), who + " has no interpreter path");
    if (target) {
      expect(home == path, who + " has two paths");
      expect(at(target, "type") == "ssh/web-deployment", who + " is a target of type " + at(target, "type"));
      const pugi::xml_node config = target.child("config");
      expect(servers_.contains(option(config, "webServerConfigId")), who + " names no server");
      expect(option(config, "projectRootOnTarget").starts_with("/"), who + " has no folder for the project");
      std::map<std::string, std::string> settings;
      for (const pugi::xml_node each : additional.children("setting")) settings[at(each, "name")] = at(each, "value");
      expect(settings["FLAVOR_ID"] == "VirtualEnvSdkFlavor" && settings["FLAVOR_DATA"] == "{}",
             who + " has no flavour");
      return;
    }
    const std::string credentials = at(additional, "WEB_SERVER_CREDENTIALS_ID");
    expect(home == credentials + path, who + " has another address than its credentials");
    expect(servers_.contains(at(additional, "WEB_SERVER_CONFIG_ID")) &&
               servers_[at(additional, "WEB_SERVER_CONFIG_ID")] == at(additional, "WEB_SERVER_CONFIG_NAME"),
           who + " names no server");
    expect(!at(additional, "HELPERS_PATH").empty(), who + " has no folder for the IDE's scripts");
  }

  void external_tools(const Text& text) {
    if (!text) return;
    pugi::xml_document document;
    expect(document.load_string(text->c_str(), pugi::parse_full), "External Tools.xml does not parse");
    const pugi::xml_node set = document.document_element();
    expect(set.name() == std::string_view("toolSet"), "External Tools.xml has no tool set");
    for (const pugi::xml_node tool : set.children("tool")) {
      const std::string name = at(tool, "name");
      expect(!name.empty(), "a tool has no name");
      expect(tool.child("exec").find_child_by_attribute("option", "name", "COMMAND"),
             "the tool " + name + " runs nothing");
      expect(actions_.insert("Tool_" + at(set, "name") + "_" + name).second, "the tool " + name + " is there twice");
    }
  }

  void recents(const Text& connections, const Text& hosts) {
    pugi::xml_document document;
    const auto recent = component(document, connections, "sshRecentConnections.v2.xml",
                                  "SshLocalRecentConnectionsManager", {"application"});
    std::set<std::string> ids;
    for (const pugi::xml_node each : recent.find_child_by_attribute("option", "name", "connections").child("list")) {
      const std::string id = option(each, "configId");
      expect(ssh_.contains(id), "a recent connection names no SSH configuration: " + id);
      expect(ids.insert(id).second, "the recent connection " + id + " is there twice");
    }
    pugi::xml_document host_document;
    const auto storage =
        component(host_document, hosts, "sshRecentConnectionsHost.xml", "SshHostStorage", {"application"});
    for (const pugi::xml_node each : storage.find_child_by_attribute("option", "name", "configIds").child("list")) {
      expect(ssh_.contains(at(each, "value")), "a recent host names no SSH configuration: " + at(each, "value"));
    }
  }

  void deployment(const Text& text) {
    pugi::xml_document document;
    const auto data = component(document, text, "deployment.xml", "PublishConfigData", {"project"});
    const std::string server = at(data, "serverName");
    const bool always = at(data, "autoUpload") == "Always";
    expect(always == (option(data, "myAutoUpload") == "ALWAYS"), "the project uploads by one of its two settings only");
    expect(server.empty() || server_names_.contains(server), "the project's server is not there: " + server);
    for (const pugi::xml_node paths : data.child("serverData").children("paths")) {
      expect(server_names_.contains(at(paths, "name")), "paths name no server: " + at(paths, "name"));
      for (const pugi::xml_node each : paths.child("serverdata").child("mappings").children("mapping")) {
        expect(each.attribute("deploy") && each.attribute("local"), "a mapping has no two ends");
      }
    }
  }

  void expect_sdk(const std::string& name, const std::string& type, const char* who) {
    expect(sdks_.contains(name) && sdks_[name] == type, std::string(who) + " names no interpreter: " + name);
  }

  void project(const Text& misc, const Text& modules, const Text& module) {
    pugi::xml_document document;
    const auto root = component(document, misc, "misc.xml", "ProjectRootManager", {"project"});
    if (root.attribute("project-jdk-name")) {
      expect_sdk(at(root, "project-jdk-name"), at(root, "project-jdk-type"), "the project");
    }
    pugi::xml_document list_document;
    const auto list = component(list_document, modules, "modules.xml", "ProjectModuleManager", {"project"});
    for (const pugi::xml_node each : list.child("modules").children("module")) {
      const std::string path = at(each, "filepath");
      expect(at(each, "fileurl") == "file://" + path, "a module has two places");
      const std::string file = path.substr(path.rfind('/') + 1);
      modules_.insert(file.substr(0, file.rfind('.')));
    }
    pugi::xml_document module_document;
    const auto manager = component(module_document, module, "the module", "NewModuleRootManager", {"module"});
    int interpreters = 0;
    for (const pugi::xml_node each : manager.children("orderEntry")) {
      const std::string type = at(each, "type");
      interpreters += type == "jdk" || type == "inheritedJdk" ? 1 : 0;
      if (type == "jdk") expect_sdk(at(each, "jdkName"), at(each, "jdkType"), "the module");
    }
    expect(!manager || interpreters == 1, "the module has not one interpreter");
  }

  void run_configuration(const Text& text) {
    if (!text) return;
    pugi::xml_document document;
    expect(document.load_string(text->c_str(), pugi::parse_full), "the run configuration does not parse");
    const pugi::xml_node configuration = document.document_element().child("configuration");
    expect(configuration.attribute("name") && configuration.attribute("type"),
           "the run configuration has no name or type");
    const std::string module = at(configuration.child("module"), "name");
    expect(module.empty() || modules_.empty() || modules_.contains(module), "it runs in no module: " + module);
    for (const pugi::xml_node each : configuration.child("method").children("option")) {
      if (at(each, "name") != "ToolBeforeRunTask") continue;
      expect(actions_.contains(at(each, "actionId")), "a task names no tool: " + at(each, "actionId"));
    }
  }

  std::vector<std::string> complaints_;
  std::map<std::string, Address> ssh_;
  std::map<std::string, std::string> servers_;  // name by id
  std::set<std::string> server_names_;
  std::map<std::string, std::string> sdks_;  // type by name
  std::set<std::string> actions_;
  std::set<std::string> modules_;
};

}  // namespace helper::test
