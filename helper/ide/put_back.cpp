// What comes back where a file holds one name only and the target of that name goes: the newest of the other targets
// that are written there, or else what was there before us.
#include "ide/files.hpp"
#include "ide/formats.hpp"

#include <array>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>

namespace helper::ide {
namespace {

std::optional<Xml> read_before(const Staying& staying) {
  if (!staying.before) return std::nullopt;
  auto xml = Xml::read(*staying.before, "the file from before", {});
  return xml ? std::optional(std::move(*xml)) : std::nullopt;
}

pugi::xml_node found(const Xml& xml, std::span<const Step> way) { return xml.find(way).value_or(pugi::xml_node{}); }

pugi::xml_node sdk_entry(const Xml& xml) {
  return found(xml, k_module_root).find_child([](pugi::xml_node entry) {
    const std::string_view type = entry.attribute("type").value();
    return std::string_view(entry.name()) == "orderEntry" && (type == "jdk" || type == "inheritedJdk");
  });
}

// Nothing is known when there is no other target and no name in the element from before.
void set_sdk(Xml& xml, pugi::xml_node element, const char* name, const char* type, const Staying& staying,
             pugi::xml_node before) {
  if (!staying.others.empty()) {
    xml.set(element, name, sdk_name(staying.others.back()));
  } else if (const auto old = before.attribute(name)) {
    xml.set(element, name, old.value());
    xml.set(element, type, before.attribute(type).value());
  }
}

}  // namespace

Result<void> put_back_project_sdk(Xml& xml, const Wanted& wanted, const Staying& staying) {
  HELPER_TRY_ASSIGN(const pugi::xml_node manager, xml.find(k_project_root));
  if (!xml.says(manager, "project-jdk-name", sdk_name(wanted))) return {};
  const auto before = read_before(staying);
  set_sdk(xml, manager, "project-jdk-name", "project-jdk-type", staying,
          before ? found(*before, k_project_root) : pugi::xml_node{});
  return {};
}

Result<void> put_back_module_sdk(Xml& xml, const Wanted& wanted, const Staying& staying) {
  const pugi::xml_node entry = sdk_entry(xml);
  if (!xml.says(entry, "jdkName", sdk_name(wanted))) return {};
  const auto before = read_before(staying);
  const pugi::xml_node old = before ? sdk_entry(*before) : pugi::xml_node{};
  if (staying.others.empty() && before && !old) {
    xml.remove(entry.parent(), std::array{entry});
  } else {
    set_sdk(xml, entry, "jdkName", "jdkType", staying, old);
  }
  return {};
}

Result<void> put_back_default_server(Xml& xml, const Wanted& wanted, const Staying& staying) {
  HELPER_TRY_ASSIGN(const pugi::xml_node component, xml.find(std::array<Step, 1>{k_deployment[0]}));
  if (component.attribute("serverName").value() != wanted.name) return {};
  HELPER_TRY_ASSIGN(const pugi::xml_node servers, xml.find(k_deployment));
  for (const Wanted& other : std::views::reverse(staying.others)) {
    HELPER_TRY_ASSIGN(const pugi::xml_node paths, xml.only(servers, {"paths", "name", other.name}));
    if (!paths) continue;
    xml.set(component, "serverName", other.name);
    if (wanted.upload && !other.upload) {
      HELPER_TRY_ASSIGN(const pugi::xml_node said, xml.only(component, k_upload_option));
      xml.unset(component, "autoUpload");
      if (said) xml.remove(component, std::array{said});
    }
    break;
  }
  return {};
}

}  // namespace helper::ide
