// options/jdk.table.xml: the interpreter. One bad entry there breaks the whole table for its loader, so the table is
// checked by the loader's own rules before anything is put into it.
#include "ide/formats.hpp"
#include "ide/sdk_element.hpp"

#include <string>
#include <string_view>

namespace helper::ide {
namespace {

bool is_element(pugi::xml_node node) { return node.type() == pugi::node_element; }

// JpsSdkEntitySerializer of the IntelliJ Platform dereferences these without a question.
Result<void> check_roots(const Xml& xml, pugi::xml_node roots) {
  for (const pugi::xml_node kind : roots.children()) {
    if (!is_element(kind)) continue;
    HELPER_TRY_ASSIGN(const pugi::xml_node composite, xml.only(kind, {"root"}));
    if (composite.attribute("type").value() != std::string_view("composite")) {
      return xml.refuse(kind, "an interpreter's <" + std::string(kind.name()) + "> has no composite root");
    }
    for (const pugi::xml_node root : composite.children("root")) {
      if (!root.attribute("url")) return xml.refuse(root, "a root of an interpreter has no url");
    }
  }
  return {};
}

Result<void> check_table(const Xml& xml, pugi::xml_node table) {
  for (const pugi::xml_node jdk : table.children("jdk")) {
    if (jdk.attribute("version").value() != std::string_view("2")) {
      return xml.refuse(jdk, "an interpreter's entry is not of version 2");
    }
    for (const char* part : {"name", "type", "homePath"}) {
      HELPER_TRY_ASSIGN(const pugi::xml_node found, xml.only(jdk, {part}));
      if (!found.attribute("value")) return xml.refuse(jdk, std::string("an interpreter has no ") + part);
    }
    HELPER_TRY_ASSIGN(const pugi::xml_node roots, xml.only(jdk, {"roots"}));
    if (!roots) return xml.refuse(jdk, "an interpreter has no roots");
    HELPER_TRY(check_roots(xml, roots));
    HELPER_TRY_ASSIGN([[maybe_unused]] const pugi::xml_node additional, xml.only(jdk, {"additional"}));
  }
  return {};
}

std::string_view name_of(pugi::xml_node jdk) { return jdk.child("name").attribute("value").value(); }

// IDEs before 2022 drop the SDK_UUID, which they do not know, when they save.
bool is_ours(const Xml& xml, pugi::xml_node jdk, const Wanted& wanted) {
  const pugi::xml_node additional = jdk.child("additional");
  if (additional.attribute("SDK_UUID")) return xml.says(additional, "SDK_UUID", wanted.sdk_id);
  const auto server = additional.child("targetEnvironmentConfiguration")
                          .child("config")
                          .find_child_by_attribute("name", "webServerConfigId");
  return name_of(jdk) == sdk_name(wanted) && (xml.says(server, "value", wanted.server_id) ||
                                              xml.says(additional, "WEB_SERVER_CONFIG_ID", wanted.server_id));
}

Result<pugi::xml_node> find_ours(const Xml& xml, pugi::xml_node table, const Wanted& wanted) {
  pugi::xml_node found;
  for (const pugi::xml_node jdk : table.children("jdk")) {
    if (!is_ours(xml, jdk, wanted)) continue;
    if (found) return xml.refuse(jdk, "it has the interpreter " + sdk_name(wanted) + " twice");
    found = jdk;
  }
  return found;
}

Result<void> check_name_is_free(const Xml& xml, pugi::xml_node table, pugi::xml_node ours, const Wanted& wanted) {
  for (const pugi::xml_node jdk : table.children("jdk")) {
    if (jdk == ours || name_of(jdk) != sdk_name(wanted)) continue;
    return xml.refuse(jdk, "another interpreter has the name " + sdk_name(wanted),
                      "give that interpreter another name in the IDE (Settings > Python > Interpreter > Show All)");
  }
  return {};
}

// What the IDE filled in (roots, path mappings) holds for one interpreter path only.
void update(Xml& xml, pugi::xml_node jdk, const Wanted& wanted, const Product& product) {
  const Access& i = wanted.access;
  const pugi::xml_node additional = jdk.child("additional");
  xml.set(jdk.child("name"), "value", sdk_name(wanted));
  xml.set(jdk.child("type"), "value", k_sdk_type);
  xml.set(jdk.child("homePath"), "value", sdk_home(wanted, product));
  const pugi::xml_node version = jdk.child("version");
  if (version && !i.python_version.empty()) xml.set(version, "value", sdk_version(wanted));

  const bool same_python = xml.says(additional, "INTERPRETER_PATH", i.python);
  if (!same_python) xml.replace(jdk.child("roots"), sdk_roots());
  if (!additional) {
    xml.append(jdk, std::array{sdk_additional(wanted, product)});
  } else if (!same_python || !update_additional(xml, additional, wanted, product)) {
    xml.replace(additional, sdk_additional(wanted, product));
  }
}

}  // namespace

Result<void> add_sdk(Xml& xml, const Wanted& wanted, const Product& product) {
  HELPER_TRY_ASSIGN(const pugi::xml_node table, xml.find(k_jdk_table));
  HELPER_TRY(check_table(xml, table));
  HELPER_TRY_ASSIGN(const pugi::xml_node jdk, find_ours(xml, table, wanted));
  HELPER_TRY(check_name_is_free(xml, table, jdk, wanted));
  if (!jdk) return xml.append(k_jdk_table, std::array{sdk_element(wanted, product)});
  update(xml, jdk, wanted, product);
  return {};
}

Result<void> check_sdk_name(const Xml& xml, const Wanted& wanted) {
  HELPER_TRY_ASSIGN(const pugi::xml_node table, xml.find(k_jdk_table));
  HELPER_TRY_ASSIGN(const pugi::xml_node jdk, find_ours(xml, table, wanted));
  return check_name_is_free(xml, table, jdk, wanted);
}

Result<void> remove_sdk(Xml& xml, const Wanted& wanted) {
  HELPER_TRY_ASSIGN(const pugi::xml_node table, xml.find(k_jdk_table));
  HELPER_TRY(check_table(xml, table));
  HELPER_TRY_ASSIGN(const pugi::xml_node jdk, find_ours(xml, table, wanted));
  if (jdk) xml.remove(table, std::array{jdk});
  return {};
}

}  // namespace helper::ide
