#include "config/daemon_options.hpp"

#include "base/text.hpp"
#include "config/json_tree.hpp"

#include <string>

namespace helper::config {
namespace {

constexpr const char* k_fix = R"(write {"local_users": "me"} or {"local_users": "everyone"}, or remove the file)";

}  // namespace

Result<DaemonOptions> parse_daemon_options(std::string_view text, const std::filesystem::path& file) {
  const std::string name = printable(file.string(), 400);
  HELPER_TRY_ASSIGN(const JsonNode root, parse_json(text, name));
  if (root.type != JsonNode::Type::object)
    return fail(ErrorCode::config_invalid, name, "it is " + describe(root) + ", where an object belongs", k_fix);
  DaemonOptions options;
  for (std::size_t i = 0; i < root.items.size(); ++i) {
    const std::string place = name + ":" + std::to_string(root.items[i].line);
    if (root.names[i] != "local_users")
      return fail(ErrorCode::config_invalid, place, "there is no key \"" + printable(root.names[i]) + "\"", k_fix);
    if (root.items[i].text == "everyone") {
      options.local_users = LocalUsers::everyone;
    } else if (root.items[i].text != "me") {
      return fail(ErrorCode::config_invalid, place, "local_users is " + describe(root.items[i]), k_fix);
    }
  }
  return options;
}

Result<DaemonOptions> load_daemon_options(FileStore& files, const std::filesystem::path& file) {
  const auto text = files.read(file);
  if (!text) return fail(ErrorCode::config_unreadable, text.error().thing, text.error().cause, text.error().fix);
  if (!*text) return DaemonOptions{};
  return parse_daemon_options(**text, file);
}

}  // namespace helper::config
