// simple_formats() are files of lines "target NAME PORT" among lines of others: enough to tell who wrote what. A text
// with the line "broken" does not parse.
#pragma once

#include "settings/formats.hpp"

#include <string>
#include <string_view>

namespace helper::test {

inline std::string lines_of_others(std::string_view text, const std::string& name) {
  std::string rest;
  while (!text.empty()) {
    const std::string line(text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1));
    text.remove_prefix(line.size());
    if (!line.starts_with("target " + name + " ")) rest += line;
  }
  return rest;
}

inline Result<void> must_parse(std::string_view text) {
  if (text.find("broken\n") == std::string_view::npos) return {};
  return fail(ErrorCode::settings_unreadable, "line 1", "it is broken", "fix it");
}

inline settings::Formats simple_formats() {
  using namespace ide;
  settings::Formats formats;
  formats.application_files = [](const Product& product, const Wanted&) {
    if (product.kind == Kind::pycharm_community)
      return std::vector<File>{{FileKind::external_tools, "tools/External Tools.xml"}};
    return std::vector<File>{{FileKind::ssh_configs, "options/sshConfigs.xml"},
                             {FileKind::web_servers, "options/webServers.xml"},
                             {FileKind::jdk_table, "options/jdk.table.xml"},
                             {FileKind::external_tools, "tools/External Tools.xml"}};
  };
  formats.project_files = [](std::optional<std::string_view>, const Wanted&) -> Result<std::vector<File>> {
    return std::vector<File>{{FileKind::deployment, ".idea/deployment.xml"}, {FileKind::misc, ".idea/misc.xml"}};
  };
  formats.run_configuration_file = [](const Wanted&) {
    return File{FileKind::run_configuration, ".idea/runConfigurations/train.xml"};
  };
  formats.with_project = [](Wanted wanted, const ProjectReader&) -> Result<Wanted> { return wanted; };
  formats.tool_group_of = [](std::string_view) { return std::string(); };
  formats.named_interpreter = [](FileKind, std::string_view) { return std::optional<std::string>(); };
  formats.with_target = [](FileKind, std::optional<std::string_view> text, const Wanted& wanted,
                           const Product&) -> Result<std::string> {
    if (text) HELPER_TRY(must_parse(*text));
    const std::string ours = "target " + wanted.name + " " + std::to_string(wanted.access.port) + "\n";
    const std::string before(text.value_or(""));
    return before.find(ours) != std::string::npos ? before : ours + lines_of_others(before, wanted.name);
  };
  formats.without_target = [](FileKind, std::string_view text, const Wanted& wanted,
                              const Staying&) -> Result<std::optional<std::string>> {
    HELPER_TRY(must_parse(text));
    std::string rest = lines_of_others(text, wanted.name);
    return rest.empty() ? std::nullopt : std::optional(rest);
  };
  formats.taken_name = [](FileKind, std::string_view text, const Wanted& wanted) -> std::optional<Error> {
    if (text.find("another " + wanted.name + "\n") == std::string_view::npos) return std::nullopt;
    return Error{ErrorCode::settings_unreadable, "line 1", "another server has the name " + wanted.name, "rename it"};
  };
  return formats;
}

}  // namespace helper::test
