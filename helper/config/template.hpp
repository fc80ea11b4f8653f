// The commented config file that `helper init` writes: every key of the table is in it, the less used ones as comments
// that show their default.
#pragma once

#include "config/config.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace helper::config {

// What `helper init` asked. An empty optional, text or list is in the file as a comment, with its default.
struct TemplateAnswers {
  std::string target;  // its name
  std::string image;   // "" when `others` have one, or a build
  std::optional<std::string> server;
  std::optional<std::string> container_name;
  std::optional<std::string> gpus;
  std::optional<std::string> shm_size;
  std::vector<std::string> mounts;
  std::vector<std::string> ports;
  std::optional<std::string> ssh_user;
  std::optional<std::string> ssh_key;  // as written: "~/.ssh/id_ed25519"
  std::uint16_t ssh_local_port = 2222;
  std::optional<JupyterConfig> jupyter;
  std::vector<PortPair> forwards;
  std::optional<std::string> project_local;   // as written: "."
  std::optional<std::string> project_remote;  // without it project_local is left out too
  std::string python = "auto";
  std::map<std::string, std::string> others;  // JSON by row of the table, where none of the above is given
  std::vector<std::string> remarks;           // each a comment at the top
};

// Pure. The answers are written as they are (bytes that are not UTF-8 as U+FFFD): parse_config of the text says whether
// they are good, and gives them back.
[[nodiscard]] std::string config_template(const TemplateAnswers& answers);
// Only the target's object, as it is in a file with others.
[[nodiscard]] std::string target_template(const TemplateAnswers& answers);

}  // namespace helper::config
