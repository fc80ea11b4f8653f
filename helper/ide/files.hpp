// The files of IDEs that speak of a target: which they are, and their text with our entries and without them.
#pragma once

#include "base/result.hpp"
#include "ide/product.hpp"
#include "ide/wanted.hpp"

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
};

// A file's place below the product's config folder, or below the project's folder.
struct File {
  FileKind kind = FileKind::ssh_configs;
  std::string path;  // "options/sshConfigs.xml", ".idea/misc.xml"
  friend bool operator==(const File&, const File&) = default;
};

// Below the product's config folder, in the order in which they are written (an entry comes before what refers to it).
[[nodiscard]] std::vector<File> application_files(const Product& product);

// The entry as it stands in files that know about the product's version; for the project's files the oldest product
// that opens it. `text` is nullopt where there is no file. The result equals `text` when all is there already: every
// byte that is not ours stays as it was, whatever the encoding's marks, line ends, comments and order.
// Error: settings_unreadable when the text does not parse or its loader would refuse it, with the place.
[[nodiscard]] Result<std::string> with_target(FileKind kind, std::optional<std::string_view> text, const Wanted& wanted,
                                              const Product& product);

// The text with our entries for that target taken out, every other byte as it was; nullopt when nothing but the frame
// that we wrote would be left: the file can go. Same error.
[[nodiscard]] Result<std::optional<std::string>> without_target(FileKind kind, std::string_view text,
                                                                const Wanted& wanted);

}  // namespace helper::ide
