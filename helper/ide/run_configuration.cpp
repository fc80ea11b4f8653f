// .idea/runConfigurations/*.xml: what a run does first. The tool must end, and well, before the run goes on.
#include "ide/formats.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace helper::ide {
namespace {

constexpr Step k_configuration{"configuration"};
constexpr Step k_method{"method"};

Element task(const Wanted& wanted) {
  return {"option", {{"name", "ToolBeforeRunTask"}, {"enabled", "true"}, {"actionId", ensure_action(wanted)}}};
}

Element method(const Wanted& wanted) { return {"method", {{"v", "2"}}, {task(wanted)}}; }

// Whatever the tool set was called when the step was written.
pugi::xml_node ours(pugi::xml_node steps, const Wanted& wanted) {
  const std::string end = "_" + ensure_tool(wanted);
  return steps.find_child([&](pugi::xml_node step) {
    const std::string_view action = step.attribute("actionId").value();
    return step.type() == pugi::node_element && action.starts_with("Tool_") && action.ends_with(end);
  });
}

Element fresh(const Wanted& wanted) {
  return {"configuration",
          {{"default", "false"},
           {"name", run_configuration_name(wanted)},
           {"type", "PythonConfigurationType"},
           {"factoryName", "Python"}},
          {{"module", {{"name", module_name(wanted)}}},
           option("IS_MODULE_SDK", "true"),
           option("WORKING_DIRECTORY", "$PROJECT_DIR$"),
           option("SCRIPT_NAME", "$PROJECT_DIR$/" + wanted.script),
           option("PARAMETERS", ""),
           method(wanted)}};
}

}  // namespace

std::string run_configuration_name(const Wanted& wanted) {
  if (!wanted.configuration.empty()) return wanted.configuration;
  return std::filesystem::path(wanted.script).stem().string() + " on " + wanted.name;
}

Result<void> add_run_configuration(Xml& xml, const Wanted& wanted, const Product& /*product*/) {
  HELPER_TRY_ASSIGN(const pugi::xml_node configuration, xml.only(xml.root(), k_configuration));
  if (!configuration) {
    if (wanted.script.empty()) {
      return fail(ErrorCode::usage, "run configuration", "no script is named that it would run",
                  "name a file of the project, such as train.py");
    }
    xml.append(xml.root(), std::array{fresh(wanted)});
    return {};
  }
  HELPER_TRY_ASSIGN(const pugi::xml_node steps, xml.only(configuration, k_method));
  if (const pugi::xml_node found = ours(steps, wanted)) {
    xml.set(found, "actionId", ensure_action(wanted));
    if (found.attribute("enabled")) xml.set(found, "enabled", "true");
  } else if (steps) {
    xml.append(steps, std::array{task(wanted)});
  } else {
    xml.append(configuration, std::array{method(wanted)});
  }
  return {};
}

Result<void> remove_run_configuration(Xml& xml, const Wanted& wanted) {
  HELPER_TRY_ASSIGN(const pugi::xml_node configuration, xml.only(xml.root(), k_configuration));
  HELPER_TRY_ASSIGN(const pugi::xml_node steps, xml.only(configuration, k_method));
  if (const pugi::xml_node found = ours(steps, wanted)) xml.remove(steps, std::array{found});
  return {};
}

}  // namespace helper::ide
