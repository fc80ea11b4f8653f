// The files of IDEs that mention a target: which they are, and their text with our entries and without them.
#pragma once

#include "base/result.hpp"
#include "ide/formats.hpp"
#include "ide/wanted.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::ide {

enum class FileKind {
  ssh_configs,         // options/sshConfigs.xml
  web_servers,         // options/webServers.xml
  jdk_table,           // options/jdk.table.xml
  external_tools,      // tools/External Tools.xml
  recent_connections,  // options/sshRecentConnections.v2.xml
  recent_hosts,        // options/sshRecentConnectionsHost.xml
  deployment,          // .idea/deployment.xml
  misc,                // .idea/misc.xml
  modules,             // .idea/modules.xml, only where there is none
  module,              // the .iml, whose path modules.xml names
  run_configuration,   // .idea/runConfigurations/*.xml, on request
  project_model,       // .idea/pyProjectModel.xml, where a person wants no modules of pyproject.toml files
};

// A file's place below the product's config folder, or below the project's folder.
struct File {
  FileKind kind = FileKind::ssh_configs;
  std::string path;  // "options/sshConfigs.xml", ".idea/misc.xml"
  friend bool operator==(const File&, const File&) = default;
};

// Below the product's config folder, in the order in which they are written (an entry comes before what refers to it).
// None for versions before k_oldest_version; no interpreter where none was found, or where the target has no project.
[[nodiscard]] std::vector<File> application_files(const Product& product, const Wanted& wanted);

// The text of a file below the project's folder; nullopt where there is none that can be read.
using ProjectReader = std::function<std::optional<std::string>(const std::string& path)>;

// With what the project's files say: its module, its pyproject.toml, and a name for a new run configuration of
// wanted.script that no other script has. The module is the one whose content is the project's folder, else the one
// called as pyproject.toml says, else the one called like the folder, else the only one; where there are none, it is
// the one that PyCharm would make. Error: usage when the script has no name left.
[[nodiscard]] Result<Wanted> with_project(Wanted wanted, const ProjectReader& read);

// The tool set of a text of External Tools.xml, by which run configurations name its tools.
[[nodiscard]] std::string tool_group_of(std::string_view text);

// The interpreter that a module, or misc.xml for the whole project, names: nullopt for a module that follows the
// project; "" where there is no Python.
[[nodiscard]] std::optional<std::string> named_interpreter(FileKind kind, std::string_view text);

// Below the project's folder (the one that holds .idea), in that order; none without an interpreter and a project.
// `modules_text` is that of .idea/modules.xml, nullopt where there is no such file: then it is among them, with its
// module. The module is that of with_project(); where there is none, the project's own interpreter counts. Error:
// settings_unreadable.
[[nodiscard]] Result<std::vector<File>> project_files(std::optional<std::string_view> modules_text,
                                                      const Wanted& wanted);

// A new run configuration of wanted.script, with our tool before launch. Any other one is a File of the same kind.
[[nodiscard]] File run_configuration_file(const Wanted& wanted);

// The entry as it is in files of the product's version; for the project's files the oldest product
// that opens it. `text` is nullopt where there is no file. The result equals `text` when all is there already: every
// byte that is not ours stays as it was, whatever the encoding's marks, line ends, comments and order. A project or
// module without Python (misc, module) is left as it is. An empty file counts as none, as it does for an IDE.
// Errors: settings_unreadable when the text does not parse, its loader would refuse it, or another entry has our name,
// with the line; file_failed when a value of `wanted` cannot be in such a file; usage for a new run configuration
// without a script.
[[nodiscard]] Result<std::string> with_target(FileKind kind, std::optional<std::string_view> text, const Wanted& wanted,
                                              const Product& product);

// The text with our entries for that target taken out, every other byte as it was; nullopt when only
// the frame of such a file is left: it can go. Same errors. Where our entry replaced another one (the project's
// interpreter), what `staying` has in its place comes back; the project is left without one where nothing is known. In
// a project's file an entry that was there before us stays.
[[nodiscard]] Result<std::optional<std::string>> without_target(FileKind kind, std::string_view text,
                                                                const Wanted& wanted, const Staying& staying = {});

// Of a file of servers or of interpreters: why the files of a project cannot name ours, since an entry of the person's
// own has that name. nullopt when none has, and for a text that does not parse.
[[nodiscard]] std::optional<Error> taken_name(FileKind kind, std::string_view text, const Wanted& wanted);

}  // namespace helper::ide
