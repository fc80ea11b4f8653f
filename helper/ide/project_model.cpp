// .idea/pyProjectModel.xml: whether PyCharm makes its modules of pyproject.toml files (since 2026.1; by itself since
// 2026.2).
#include "ide/formats.hpp"

namespace helper::ide {
namespace {

constexpr Step k_use{"option", "name", "usePyprojectToml"};

Element no() { return option(std::string(k_use.value), "false"); }

}  // namespace

Result<void> add_project_model(Xml& xml, const Wanted& /*wanted*/, const Product& /*product*/) {
  HELPER_TRY_ASSIGN(const pugi::xml_node component, xml.find(k_project_model));
  HELPER_TRY_ASSIGN(const pugi::xml_node said, xml.only(component, k_use));
  if (!said) return xml.append(k_project_model, std::array{no()});
  xml.set(said, "value", "false");
  return {};
}

// What was said before us is not known here: the IDE's own choice counts again.
Result<void> remove_project_model(Xml& xml, const Wanted& /*wanted*/) {
  HELPER_TRY_ASSIGN(const pugi::xml_node component, xml.find(k_project_model));
  HELPER_TRY_ASSIGN(const pugi::xml_node said, xml.only(component, k_use));
  if (xml.says(said, "value", "false")) xml.remove(component, std::array{said});
  return {};
}

}  // namespace helper::ide
