// The formats: for each kind of file how our entries are put into it and taken out. Only files.cpp calls these; each
// has its own source file, and works on a text whose root is right and whose values have been checked.
#pragma once

#include "base/result.hpp"
#include "ide/wanted.hpp"
#include "ide/xml_edit.hpp"

#include <array>
#include <compare>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace helper::ide {

// Product is an installed JetBrains IDE as its settings see it: which one, which version, where its config folder is.

enum class Kind {
  pycharm,
  pycharm_community,  // has no SSH interpreters: it is given external tools only
  dataspell,
  intellij,            // Ultimate, with the Python plugin
  intellij_community,  // as PyCharm Community
  gateway,
};

struct Version {
  int year = 0;                                                       // 2026
  int release = 0;                                                    // 1 in 2026.1
  friend auto operator<=>(const Version&, const Version&) = default;  // NOLINT(modernize-use-nullptr): sees one in it
};

// What stays in a file when the entries of one target are taken out.
struct Staying {
  std::vector<Wanted> others{};         // targets that have entries there too, the newest last
  std::optional<std::string> before{};  // the text from before any entry of ours, where it is known
};

// Older ones keep servers and interpreters in forms that helper does not write.
inline constexpr Version k_oldest_version{2020, 3};

struct Product {
  Kind kind = Kind::pycharm;
  Version version;
  std::filesystem::path config_folder;  // holds options/ and tools/
  friend bool operator==(const Product&, const Product&) = default;
};

Result<void> add_ssh_config(Xml& xml, const Wanted& wanted, const Product& product);
Result<void> remove_ssh_config(Xml& xml, const Wanted& wanted);

Result<void> add_web_server(Xml& xml, const Wanted& wanted, const Product& product);
Result<void> remove_web_server(Xml& xml, const Wanted& wanted);

Result<void> add_sdk(Xml& xml, const Wanted& wanted, const Product& product);
Result<void> remove_sdk(Xml& xml, const Wanted& wanted);

Result<void> add_tools(Xml& xml, const Wanted& wanted, const Product& product);
Result<void> remove_tools(Xml& xml, const Wanted& wanted);

Result<void> add_recent_connection(Xml& xml, const Wanted& wanted, const Product& product);
Result<void> remove_recent_connection(Xml& xml, const Wanted& wanted);

Result<void> add_recent_host(Xml& xml, const Wanted& wanted, const Product& product);
Result<void> remove_recent_host(Xml& xml, const Wanted& wanted);

Result<void> add_deployment(Xml& xml, const Wanted& wanted, const Product& product);
Result<void> remove_deployment(Xml& xml, const Wanted& wanted);

Result<void> add_project_sdk(Xml& xml, const Wanted& wanted, const Product& product);
Result<void> remove_project_sdk(Xml& xml, const Wanted& wanted);

Result<void> add_module_to_list(Xml& xml, const Wanted& wanted, const Product& product);
Result<void> remove_module_from_list(Xml& xml, const Wanted& wanted);

Result<void> add_module_sdk(Xml& xml, const Wanted& wanted, const Product& product);
Result<void> remove_module_sdk(Xml& xml, const Wanted& wanted);

Result<void> add_project_model(Xml& xml, const Wanted& wanted, const Product& product);
Result<void> remove_project_model(Xml& xml, const Wanted& wanted);

Result<void> add_run_configuration(Xml& xml, const Wanted& wanted, const Product& product);
Result<void> remove_run_configuration(Xml& xml, const Wanted& wanted);

// Where a file holds one name only (the project's interpreter, the module's, the default server) and that name is ours:
// the name that is there without us. What is not known is left to the functions above.
Result<void> put_back_project_sdk(Xml& xml, const Wanted& wanted, const Staying& staying);
Result<void> put_back_module_sdk(Xml& xml, const Wanted& wanted, const Staying& staying);
Result<void> put_back_default_server(Xml& xml, const Wanted& wanted, const Staying& staying);

// Error: settings_unreadable, at an entry of the person's own that has the name of ours.
Result<void> check_server_name(const Xml& xml, const Wanted& wanted);
Result<void> check_sdk_name(const Xml& xml, const Wanted& wanted);

// What more than one of them says.
inline constexpr const char* k_sdk_type = "Python SDK";
inline constexpr const char* k_default_tool_group = "External Tools";
// The name of a project's folder.
[[nodiscard]] std::string project_name(const Wanted& wanted);
// Of the module that holds it, and of the module that is made where there is none.
[[nodiscard]] std::string module_name(const Wanted& wanted);
[[nodiscard]] std::string module_file(const Wanted& wanted);
// Of a new run configuration: "train on centernet".
[[nodiscard]] std::string run_configuration_name(const Wanted& wanted);

// The ways down to where entries are.
inline constexpr std::array<Step, 2> k_ssh_configs{{{"component", "name", "SshConfigs"}, {"configs"}}};
inline constexpr std::array<Step, 2> k_web_servers{
    {{"component", "name", "WebServers"}, {"option", "name", "servers"}}};
inline constexpr std::array<Step, 1> k_jdk_table{{{"component", "name", "ProjectJdkTable"}}};
inline constexpr std::array<Step, 3> k_recent_connections{
    {{"component", "name", "SshLocalRecentConnectionsManager"}, {"option", "name", "connections"}, {"list"}}};
inline constexpr std::array<Step, 3> k_recent_hosts{
    {{"component", "name", "SshHostStorage"}, {"option", "name", "configIds"}, {"list"}}};
inline constexpr Step k_upload_option{"option", "name", "myAutoUpload"};
inline constexpr std::array<Step, 2> k_deployment{{{"component", "name", "PublishConfigData"}, {"serverData"}}};
inline constexpr std::array<Step, 1> k_project_root{{{"component", "name", "ProjectRootManager"}}};
inline constexpr std::array<Step, 2> k_modules{{{"component", "name", "ProjectModuleManager"}, {"modules"}}};
inline constexpr std::array<Step, 1> k_project_model{{{"component", "name", "PyProjectModelSettings"}}};
inline constexpr std::array<Step, 1> k_module_root{{{"component", "name", "NewModuleRootManager"}}};

}  // namespace helper::ide
