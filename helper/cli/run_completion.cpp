#include "cli/complete.hpp"
#include "cli/context.hpp"
#include "cli/runners.hpp"
#include "config/find.hpp"

namespace helper::cli {
namespace {

// Whoever types wants no error message in the middle of a line: without a config that can be read there are no names.
std::vector<std::string> target_names(Context& context, const std::string& config) {
  const auto paths = context.paths();
  if (!paths) return {};
  config::FindOptions where{
      .explicit_file = {}, .folder = context.folder, .home = paths->home, .user_config_file = paths->user_config_file};
  if (config.starts_with("~/")) {  // as it is typed: a shell has not expanded it yet
    where.explicit_file = paths->home / config.substr(2);
  } else if (!config.empty()) {
    where.explicit_file = config;
  }
  const auto file = config::find_config(where);
  if (!file) return {};
  const auto read = config::load_config(context.files, *file);
  if (!read) return {};
  std::vector<std::string> names;
  for (const auto& [name, target] : read->targets) names.push_back(name);
  return names;
}

}  // namespace

Result<int> run_completion(Context& context) {
  const std::string shell = context.arguments.text("SHELL");
  if (shell == "words") {
    context.out << to_text(
        complete(context.arguments.rest(), [&](const std::string& config) { return target_names(context, config); }));
  } else {
    context.out << completion_script(shell);
  }
  return 0;
}

}  // namespace helper::cli
