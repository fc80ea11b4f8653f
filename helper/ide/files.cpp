#include "ide/files.hpp"

#include "ide/formats.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

namespace helper::ide {
namespace {

// The first text of a kind of file where there is none, and what identifies its entries.
struct Format {
  FileKind kind;
  const char* name;  // for errors
  const char* frame;
  std::span<const Step> way;  // down to where entries are
  bool in_project;            // may a project hold one as well?
  Result<void> (*add)(Xml&, const Wanted&, const Product&);
  Result<void> (*remove)(Xml&, const Wanted&);
  Result<void> (*put_back)(Xml&, const Wanted&, const Staying&) = nullptr;
};

constexpr const char* k_application = "<application>\n</application>";
constexpr const char* k_project = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<project version=\"4\">\n</project>";
constexpr const char* k_module =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<module type=\"PYTHON_MODULE\" version=\"4\">\n</module>";

constexpr std::array k_formats{
    Format{FileKind::ssh_configs, "sshConfigs.xml", k_application, k_ssh_configs, true, add_ssh_config,
           remove_ssh_config},
    Format{FileKind::web_servers, "webServers.xml", k_application, k_web_servers, true, add_web_server,
           remove_web_server},
    Format{FileKind::jdk_table, "jdk.table.xml", k_application, k_jdk_table, false, add_sdk, remove_sdk},
    Format{FileKind::external_tools,
           "External Tools.xml",
           "<toolSet name=\"External Tools\">\n</toolSet>",
           {},
           false,
           add_tools,
           remove_tools},
    Format{FileKind::recent_connections, "sshRecentConnections.v2.xml", k_application, k_recent_connections, false,
           add_recent_connection, remove_recent_connection},
    Format{FileKind::recent_hosts, "sshRecentConnectionsHost.xml", k_application, k_recent_hosts, false,
           add_recent_host, remove_recent_host},
    Format{FileKind::deployment, "deployment.xml", k_project, k_deployment, true, add_deployment, remove_deployment,
           put_back_default_server},
    Format{FileKind::misc, "misc.xml", k_project, k_project_root, true, add_project_sdk, remove_project_sdk,
           put_back_project_sdk},
    Format{FileKind::modules, "modules.xml", k_project, k_modules, true, add_module_to_list, remove_module_from_list},
    Format{FileKind::module, "module", k_module, k_module_root, false, add_module_sdk, remove_module_sdk,
           put_back_module_sdk},
    Format{FileKind::run_configuration,
           "run configuration",
           "<component name=\"ProjectRunConfigurationManager\">\n</component>",
           {},
           false,
           add_run_configuration,
           remove_run_configuration},
    Format{FileKind::project_model, "pyProjectModel.xml", k_project, k_project_model, true, add_project_model,
           remove_project_model},
};

const Format& format_of(FileKind kind) { return *std::ranges::find(k_formats, kind, &Format::kind); }

std::string_view root_of(std::string_view frame) {
  const std::size_t tag = frame.find_first_not_of("?<", frame.starts_with("<?") ? frame.find('\n') + 1 : 0);
  return frame.substr(tag, frame.find_first_of(" >", tag) - tag);
}

Result<void> check_root(const Xml& xml, const Format& format) {
  const std::string_view root = xml.root().name();
  const std::string_view wanted = root_of(format.frame);
  if (root == wanted || (format.in_project && root == "project")) return {};
  return xml.refuse(xml.root(), "it begins with <" + std::string(root) + ">, not with <" + std::string(wanted) + ">");
}

Result<Xml> read(const Format& format, std::string_view text, const Wanted& wanted) {
  HELPER_TRY(check_wanted(wanted));
  HELPER_TRY_ASSIGN(Xml xml, Xml::read(text, format.name,
                                       {{"$USER_HOME$", wanted.home}, {"$PROJECT_DIR$", wanted.access.project_local}}));
  HELPER_TRY(check_root(xml, format));
  return xml;
}

bool is_frame_attribute(std::string_view name) {
  return name == "name" || name == "version" || name == "remoteFilesAllowedToDisappearOnAutoupload";
}

// Whether a file holds only an empty place for entries.
bool is_frame(const Xml& xml, std::span<const Step> way) {
  pugi::xml_node node = xml.root();
  if (node.previous_sibling().type() == pugi::node_comment || node.next_sibling()) return false;
  for (;;) {
    if (!std::ranges::all_of(node.attributes(), is_frame_attribute, &pugi::xml_attribute::name)) return false;
    const pugi::xml_node child = node.first_child();
    if (!child) return true;
    if (child.next_sibling() || way.empty() || child.name() != way.front().element) return false;
    if (!way.front().attribute.empty() && child.attribute("name").value() != way.front().value) return false;
    node = child;
    way = way.subspan(1);
  }
}

// A project's own files, made where there were none: taken back as long as they are as we made them.
bool is_as_made(const Format& format, std::string_view text, const Wanted& wanted) {
  constexpr std::array k_whole{FileKind::modules, FileKind::module, FileKind::run_configuration};
  if (std::ranges::find(k_whole, format.kind) == k_whole.end()) return false;
  const Result<std::string> made = with_target(format.kind, std::nullopt, wanted, {});
  return made && *made == text;
}

bool is_of_project(FileKind kind) {
  constexpr std::array k_of_project{FileKind::deployment, FileKind::misc, FileKind::modules, FileKind::module,
                                    FileKind::run_configuration};
  return std::ranges::find(k_of_project, kind) != k_of_project.end();
}

// One entry serves all targets of a project: its list of modules.
bool is_for_all_targets(FileKind kind) { return kind == FileKind::modules; }

bool has_python(const Wanted& wanted) { return !wanted.access.python.empty() && !wanted.access.project_remote.empty(); }

}  // namespace

std::vector<File> application_files(const Product& product, const Wanted& wanted) {
  constexpr Version k_oldest_recent{2024, 2};  // whose file is known to be of this shape
  const File ssh{FileKind::ssh_configs, "options/sshConfigs.xml"};
  const std::vector<File> recent{{FileKind::recent_connections, "options/sshRecentConnections.v2.xml"},
                                 {FileKind::recent_hosts, "options/sshRecentConnectionsHost.xml"}};
  if (product.version < k_oldest_version) return {};
  std::vector<File> files;
  const bool has_ssh = product.kind != Kind::pycharm_community && product.kind != Kind::intellij_community;
  if (has_ssh) files.push_back(ssh);
  if (has_ssh && product.kind != Kind::gateway && has_python(wanted)) {
    files.push_back({FileKind::web_servers, "options/webServers.xml"});
    files.push_back({FileKind::jdk_table, "options/jdk.table.xml"});
  }
  if (product.kind != Kind::gateway) files.push_back({FileKind::external_tools, "tools/External Tools.xml"});
  const bool connects = product.kind == Kind::gateway || product.kind == Kind::intellij;
  if (connects && product.version >= k_oldest_recent) files.insert(files.end(), recent.begin(), recent.end());
  return files;
}

Result<std::vector<File>> project_files(std::optional<std::string_view> modules_text, const Wanted& wanted) {
  if (!has_python(wanted) || wanted.access.project_local.empty()) return std::vector<File>{};
  std::vector<File> files;
  bool has_modules = false;
  if (modules_text && !modules_text->empty()) {
    HELPER_TRY_ASSIGN(const Xml xml, read(format_of(FileKind::modules), *modules_text, wanted));
    HELPER_TRY_ASSIGN(const pugi::xml_node list, xml.find(k_modules));
    has_modules = static_cast<bool>(list.child("module"));
  }
  if (!has_modules) files.push_back({FileKind::modules, ".idea/modules.xml"});
  if (!has_modules || !wanted.module_file.empty()) files.push_back({FileKind::module, module_file(wanted)});
  files.push_back({FileKind::misc, ".idea/misc.xml"});
  files.push_back({FileKind::deployment, ".idea/deployment.xml"});
  if (wanted.has_pyproject && wanted.old_model) files.push_back({FileKind::project_model, ".idea/pyProjectModel.xml"});
  return files;
}

File run_configuration_file(const Wanted& wanted) {
  // As the IDE itself names them: what no file's name can hold on some system becomes '_'.
  std::string name = run_configuration_name(wanted);
  std::ranges::replace_if(
      name,
      [](char c) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return !plain && c != '-' && c != '.' && static_cast<unsigned char>(c) < 0x80;
      },
      '_');
  return {FileKind::run_configuration, ".idea/runConfigurations/" + name + ".xml"};
}

Result<std::string> with_target(FileKind kind, std::optional<std::string_view> text, const Wanted& wanted,
                                const Product& product) {
  HELPER_TRY(check_wanted(wanted));
  const Format& format = format_of(kind);
  if (text && text->empty()) text = std::nullopt;
  HELPER_TRY_ASSIGN(Xml xml, read(format, text.value_or(format.frame), wanted));
  HELPER_TRY(format.add(xml, wanted, product));
  return xml.text();
}

Result<std::optional<std::string>> without_target(FileKind kind, std::string_view text, const Wanted& wanted,
                                                  const Staying& staying) {
  HELPER_TRY(check_wanted(wanted));
  if (text.empty()) return std::string();
  const Format& format = format_of(kind);
  HELPER_TRY_ASSIGN(Xml named, read(format, text, wanted));
  if (!staying.others.empty() && is_for_all_targets(kind)) return std::string(text);
  if (is_of_project(kind) && staying.before) {
    const auto before = without_target(kind, *staying.before, wanted);
    if (before && *before != *staying.before) return std::string(text);
  }
  if (staying.others.empty() && is_as_made(format, text, wanted)) return std::nullopt;
  if (format.put_back != nullptr) HELPER_TRY(format.put_back(named, wanted, staying));
  const std::string again = named.text();
  HELPER_TRY_ASSIGN(Xml xml, read(format, again, wanted));
  HELPER_TRY(format.remove(xml, wanted));
  std::string rest = xml.text();
  if (rest == text) return rest;
  HELPER_TRY_ASSIGN(const Xml left, read(format, rest, wanted));
  if (is_frame(left, format.way)) return std::nullopt;
  return rest;
}

std::optional<Error> taken_name(FileKind kind, std::string_view text, const Wanted& wanted) {
  const auto xml = read(format_of(kind), text, wanted);
  if (!xml) return std::nullopt;
  Result<void> free;
  if (kind == FileKind::web_servers) free = check_server_name(*xml, wanted);
  if (kind == FileKind::jdk_table) free = check_sdk_name(*xml, wanted);
  return free ? std::nullopt : std::optional(std::move(free).error());
}

}  // namespace helper::ide
