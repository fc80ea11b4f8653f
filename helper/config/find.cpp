#include "config/find.hpp"

#include "base/paths.hpp"
#include "base/text.hpp"
#include "config/devcontainer/import.hpp"
#include "config/json_tree.hpp"
#include "config/local_file.hpp"
#include "config/parse.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

namespace helper::config {

namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code ignored;  // a folder that we may not look into holds no config of ours
  return fs::exists(path, ignored);
}

}  // namespace

Result<fs::path> find_config(const FindOptions& options) {
  if (options.explicit_file) {
    fs::path file = (options.folder / *options.explicit_file).lexically_normal();
    if (is_there(file)) return file;
    return fail(ErrorCode::config_unreadable, printable(file.string(), 400), "there is no such file",
                "name another with --config; or write one: helper init");
  }
  for (fs::path folder = options.folder.lexically_normal();; folder = folder.parent_path()) {
    fs::path file = folder / k_project_config_name;
    if (is_there(file)) return file;
    if (folder == options.home || folder == folder.parent_path()) break;
  }
  if (is_there(options.user_config_file)) return options.user_config_file;
  return fail(ErrorCode::config_unreadable, "config",
              "there is no helper.json in " + printable(options.folder.lexically_normal().string(), 400) +
                  " or above, and no " + printable(options.user_config_file.string(), 400),
              "create one: helper init");
}

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

Result<ConfigTexts> read_config(FileStore& files, const fs::path& file) {
  const auto unreadable = [](const Error& error) {
    return fail(ErrorCode::config_unreadable, error.thing, error.cause, error.fix);
  };
  auto text = files.read(file);
  if (!text) return unreadable(text.error());
  if (!*text)
    return fail(ErrorCode::config_unreadable, printable(file.string(), 400), "there is no such file",
                "write one: helper init");
  ConfigTexts texts{std::move(**text), {}};
  if (const fs::path beside = local_file_of(file); !beside.empty()) {
    auto local = files.read(beside);
    if (!local) return unreadable(local.error());
    texts.local = std::move(*local);
  }
  return texts;
}

Result<WrittenFile> file_with(FileStore& files, const fs::path& file, const std::vector<std::string>& path) {
  HELPER_TRY_ASSIGN(ConfigTexts texts, read_config(files, file));
  if (!texts.local) return WrittenFile{file, std::move(texts.text)};
  const fs::path beside = local_file_of(file);
  HELPER_TRY_ASSIGN(const JsonNode base, parse_json(texts.text, file.filename().string()));
  HELPER_TRY_ASSIGN(const JsonNode local, parse_json(*texts.local, beside.filename().string()));
  if (written_in(base, local, path) == WrittenIn::base) return WrittenFile{file, std::move(texts.text)};
  return WrittenFile{beside, std::move(*texts.local)};
}

Result<std::vector<std::string>> target_names(FileStore& files, const fs::path& file) {
  HELPER_TRY_ASSIGN(const ConfigTexts texts, read_config(files, file));
  HELPER_TRY_ASSIGN(const JsonNode root, read_tree(texts.text, texts.local, file));
  const JsonNode* targets = find_member(root, "targets");
  return targets == nullptr ? std::vector<std::string>{} : targets->names;
}

bool is_gone(FileStore& files, const fs::path& file, std::string_view target) {
  std::error_code unknown;
  if (!fs::exists(file, unknown)) return !unknown;
  const auto names = target_names(files, file);
  return names && std::ranges::find(*names, target) == names->end();
}

Result<Config> load_config(FileStore& files, const fs::path& file, const LocalVariable& variable) {
  HELPER_TRY_ASSIGN(ConfigTexts texts, read_config(files, file));
  return parse_config(
      texts.text, file,
      Surroundings{environment_variable("HOME").value_or(""), variable,
                   [&](const fs::path& path) { return open_devcontainer(files, path); }, std::move(texts.local)});
}

Result<Target> choose_target(const Config& config, std::string_view name) {
  std::vector<std::string> names;
  std::vector<std::string_view> candidates;
  for (const auto& [key, target] : config.targets) {
    names.push_back(key);
    candidates.push_back(key);
  }
  const std::string file = printable(config.file.string(), 400);
  if (name.empty()) {
    if (config.targets.size() == 1) return config.targets.begin()->second;
    return fail(ErrorCode::config_target, "target",
                "none is named, and " + file + " has " + std::to_string(names.size()) + ": " + joined(names),
                names.empty() ? "" : "name one, such as " + names.front());
  }
  if (const auto found = config.targets.find(std::string(name)); found != config.targets.end()) return found->second;
  const auto meant = nearest(name, candidates);
  return fail(ErrorCode::config_target, "target " + printable(name),
              "is not in " + file + ", which has: " + joined(names),
              meant ? "did you mean " + std::string(*meant) + "?" : "name one of these");
}

Result<std::filesystem::path> resolve_local_path(const std::filesystem::path& written,
                                                 const std::filesystem::path& folder,
                                                 const std::filesystem::path& home) {
  std::filesystem::path path = written;
  const std::string text = written.string();
  if (text.starts_with('~')) {
    if (text.size() > 1 && text[1] != '/') {
      return fail(ErrorCode::config_invalid, "", "\"" + printable(text) + "\" begins with another user's home",
                  "write the absolute path");
    }
    if (home.empty())
      return fail(ErrorCode::config_invalid, "", "\"" + printable(text) + "\" needs a home folder, and HOME is not set",
                  "write the absolute path");
    const std::size_t rest = text.find_first_not_of('/', 1);
    path = rest == std::string::npos ? home : home / text.substr(rest);
  }
  path = (folder / path).lexically_normal();
  if (!path.has_filename() && path.has_relative_path()) path = path.parent_path();
  return path;
}

}  // namespace helper::config
