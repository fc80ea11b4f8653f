// options/sshConfigs.xml: how an IDE reaches the container. The key pair is the default way to sign in, and is not
// named.
#include "ide/formats.hpp"

#include <string>

namespace helper::ide {
namespace {

constexpr Version k_knows_connection_config{2021, 2};
// This keeps idle links through NAT and firewalls alive.
constexpr const char* k_connection_config = R"({"serverAliveInterval":30})";

Step ours(const Wanted& wanted) { return {"sshConfig", "id", wanted.ssh_id}; }

Element fresh(const Wanted& wanted, const Product& product) {
  const Access& i = wanted.access;
  Element config{"sshConfig"};
  if (product.version >= k_knows_connection_config) {
    config.attributes.emplace_back("connectionConfig", k_connection_config);
  }
  config.attributes.insert(config.attributes.end(), {{"host", i.host},
                                                     {"id", wanted.ssh_id},
                                                     {"keyPath", collapsed(i.key_file, wanted)},
                                                     {"port", std::to_string(i.port)},
                                                     {"customName", wanted.name},
                                                     {"nameFormat", "CUSTOM"},
                                                     {"username", i.user},
                                                     {"useOpenSSHConfig", "false"}});
  config.children = {option("customName", wanted.name)};
  return config;
}

}  // namespace

Result<void> add_ssh_config(Xml& xml, const Wanted& wanted, const Product& product) {
  HELPER_TRY_ASSIGN(const pugi::xml_node configs, xml.find(k_ssh_configs));
  HELPER_TRY_ASSIGN(const pugi::xml_node config, xml.only(configs, ours(wanted)));
  if (!config) return xml.append(k_ssh_configs, std::array{fresh(wanted, product)});

  const Access& i = wanted.access;
  xml.set(config, "host", i.host);
  xml.set(config, "keyPath", collapsed(i.key_file, wanted));
  xml.set(config, "port", std::to_string(i.port));
  xml.set(config, "customName", wanted.name);
  xml.set(config, "nameFormat", "CUSTOM");
  xml.set(config, "username", i.user);
  xml.set(config, "useOpenSSHConfig", "false");
  if (!xml.says(config, "authType", "KEY_PAIR")) xml.unset(config, "authType");
  HELPER_TRY_ASSIGN(const pugi::xml_node name, xml.only(config, {"option", "name", "customName"}));
  if (name) {
    xml.set(name, "value", wanted.name);
  } else {
    xml.append(config, std::array{option("customName", wanted.name)});
  }
  return {};
}

Result<void> remove_ssh_config(Xml& xml, const Wanted& wanted) {
  HELPER_TRY_ASSIGN(const pugi::xml_node configs, xml.find(k_ssh_configs));
  HELPER_TRY_ASSIGN(const pugi::xml_node config, xml.only(configs, ours(wanted)));
  if (config) xml.remove(configs, std::array{config});
  return {};
}

}  // namespace helper::ide
