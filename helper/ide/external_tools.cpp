// tools/External Tools.xml: what a person can do with the target from the IDE's menus, and before a run.
#include "ide/external_tools.hpp"

#include "ide/files.hpp"
#include "ide/formats.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace helper::ide {

namespace {

struct Tool {
  std::string name;
  std::string description;
  std::vector<std::string> arguments;
};

// All that may be ours, whether wanted now or not.
std::vector<Tool> all_tools(const Wanted& wanted) {
  const std::string& target = wanted.access.target;
  const auto arguments = [&](std::vector<std::string> verb) {
    verb.insert(verb.end(), {target, "--config", wanted.config_file});
    return verb;
  };
  return {{ensure_tool(wanted), "Container, SSH server, Jupyter and tunnels", arguments({"ensure", "--quick"})},
          {wanted.name + ": status", "What runs, and what is missing", arguments({"status"})},
          {wanted.name + ": stop", "Stops the container and its tunnels", arguments({"stop"})},
          {wanted.name + ": open Jupyter", "Jupyter of the container, in the browser", arguments({"open", "jupyter"})}};
}

bool is_wanted(const Tool& tool, const Wanted& wanted) {
  return tool.arguments.front() != "open" || wanted.access.jupyter_port != 0;
}

Element fresh(const Tool& tool, const Wanted& wanted) {
  const Element exec{"exec",
                     {},
                     {option("COMMAND", wanted.helper), option("PARAMETERS", join_parameters(tool.arguments)),
                      option("WORKING_DIRECTORY", "$ProjectFileDir$")}};
  return {"tool",
          {{"name", tool.name},
           {"description", tool.description},
           {"showInMainMenu", "true"},
           {"showInEditor", "false"},
           {"showInProject", "false"},
           {"showInSearchPopup", "false"},
           {"disabled", "false"},
           {"useConsole", "true"},
           {"showConsoleOnStdOut", "false"},
           {"showConsoleOnStdErr", "false"},
           {"synchronizeAfterRun", "false"}},
          {exec}};
}

// A tool has no identifier. One of our name that starts another program is the person's.
bool is_ours(pugi::xml_node tool, const Wanted& wanted) {
  const auto says = [&](const char* name) -> std::string_view {
    return tool.child("exec").find_child_by_attribute("option", "name", name).attribute("value").value();
  };
  const std::filesystem::path program = std::filesystem::path(says("COMMAND")).filename();
  return program.empty() || program == std::filesystem::path(wanted.helper).filename() ||
         says("PARAMETERS").find("--config ") != std::string_view::npos;
}

// The command only: how it is shown, and filters on its output, are the person's.
Result<void> update(Xml& xml, pugi::xml_node tool, const Tool& as, const Wanted& wanted) {
  HELPER_TRY_ASSIGN(const pugi::xml_node exec, xml.only(tool, {"exec"}));
  const std::array<Element, 2> options{option("COMMAND", wanted.helper),
                                       option("PARAMETERS", join_parameters(as.arguments))};
  if (!exec) {
    xml.append(tool, std::array{Element{"exec", {}, {options.begin(), options.end()}}});
    return {};
  }
  std::vector<Element> missing;
  for (const Element& each : options) {
    const auto& [name, value] = std::pair{each.attributes[0].second, each.attributes[1].second};
    HELPER_TRY_ASSIGN(const pugi::xml_node found, xml.only(exec, {"option", "name", name}));
    if (found) {
      xml.set(found, "value", value);
    } else {
      missing.push_back(each);
    }
  }
  if (!missing.empty()) xml.append(exec, missing);
  return {};
}

}  // namespace

std::string ensure_tool(const Wanted& wanted) { return wanted.name + ": make ready"; }

std::string ensure_action(const Wanted& wanted) {
  const std::string group = wanted.tool_group.empty() ? k_default_tool_group : wanted.tool_group;
  return "Tool_" + group + "_" + ensure_tool(wanted);
}

std::string tool_group_of(std::string_view text) {
  const auto xml = Xml::read(text, "", {});
  const std::string name = xml ? xml->root().attribute("name").value() : "";
  return name.empty() ? k_default_tool_group : name;
}

Result<void> add_tools(Xml& xml, const Wanted& wanted, const Product& /*product*/) {
  std::vector<Element> missing;
  for (const Tool& tool : all_tools(wanted)) {
    if (!is_wanted(tool, wanted)) continue;
    HELPER_TRY_ASSIGN(const pugi::xml_node found, xml.only(xml.root(), {"tool", "name", tool.name}));
    if (found && !is_ours(found, wanted)) {
      return xml.refuse(found, "another tool has the name " + tool.name,
                        "give that tool another name in the IDE (Settings > Tools > External Tools)");
    }
    if (found) {
      HELPER_TRY(update(xml, found, tool, wanted));
    } else {
      missing.push_back(fresh(tool, wanted));
    }
  }
  if (!missing.empty()) xml.append(xml.root(), missing);
  return {};
}

Result<void> remove_tools(Xml& xml, const Wanted& wanted) {
  std::vector<pugi::xml_node> ours;
  for (const Tool& tool : all_tools(wanted)) {
    HELPER_TRY_ASSIGN(const pugi::xml_node found, xml.only(xml.root(), {"tool", "name", tool.name}));
    if (found && is_ours(found, wanted)) ours.push_back(found);
  }
  xml.remove(xml.root(), ours);
  return {};
}

namespace {

constexpr std::string_view k_space = " \t\r\n\f\v";

// A backslash before a quote would escape it, so those at the end of a quoted word are put after the quotes.
std::string parameter_text(std::string_view argument) {
  std::string text;
  for (const char c : argument) {
    if (c == '"') text += '\\';
    text += c;
  }
  if (argument.empty()) return "\"\"";
  if (argument.find_first_of(k_space) == std::string_view::npos) return text;
  const std::size_t body = text.find_last_not_of('\\') + 1;
  return "\"" + text.substr(0, body) + "\"" + text.substr(body);
}

}  // namespace

std::string join_parameters(const std::vector<std::string>& arguments) {
  std::string line;
  for (const std::string& argument : arguments) {
    if (!line.empty()) line += ' ';
    line += parameter_text(argument);
  }
  return line;
}

}  // namespace helper::ide
