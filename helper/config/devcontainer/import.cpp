#include "config/devcontainer/import.hpp"

#include "base/text.hpp"
#include "config/inherit.hpp"

#include <algorithm>
#include <system_error>
#include <vector>

namespace helper::config {

namespace {

std::string below(const std::filesystem::path& folder, const std::string& path) {
  const auto relative = std::filesystem::path(path).lexically_relative(folder);
  return relative.empty() || *relative.begin() == ".." ? path : relative.string();
}

bool is_local_path(const std::string& row) {
  return row == "targets.*.project.local" || row == "targets.*.container.build.context";
}

// Rows that the answers have fields for, filled from the target: mounts and tunnels of both are joined there.
bool is_joined(const std::string& row) { return row == "targets.*.container.mounts" || row == "targets.*.forwards"; }

bool is_about_the_image(std::string_view row) {
  return row == "targets.*.container.image" || row.starts_with("targets.*.container.build");
}

}  // namespace

Result<void> import_devcontainer(TemplateAnswers& answers, const Devcontainer& devcontainer,
                                 const std::filesystem::path& folder) {
  Target target;
  const std::vector<Mistake> mistakes = inherit(target, devcontainer);
  const std::vector<std::string> inherited = target.container.mounts;
  if (!answers.mounts.empty()) target.container.mounts = answers.mounts;
  target.ssh.local_port = answers.ssh_local_port;
  target.jupyter = answers.jupyter;
  const bool own_image = !answers.image.empty();
  const WritesItself writes_itself = [&](std::string_view row) {
    return (row == "targets.*.container.mounts" && !answers.mounts.empty()) || (is_about_the_image(row) && own_image) ||
           (row == "targets.*.container.gpus" && answers.gpus) ||
           (row == "targets.*.container.shm_size" && answers.shm_size) ||
           (row == "targets.*.project.remote" && answers.project_remote);
  };
  if (auto errors = errors_left(mistakes, answers.mounts, writes_itself); !errors.empty())
    return fail(std::move(errors.front()));
  settle(target, devcontainer, inherited, writes_itself);
  answers.mounts = target.container.mounts;
  answers.forwards = target.forwards;
  std::ranges::copy(target.remarks, std::back_inserter(answers.remarks));
  for (const Setting& setting : devcontainer.settings) {
    // What is in "build" has rows of its own.
    if (is_joined(setting.row) || setting.row == "targets.*.container.build") continue;
    if (own_image && is_about_the_image(setting.row)) continue;
    JsonNode value = setting.value;
    if (is_local_path(setting.row)) value.text = below(folder, value.text);
    answers.others[setting.row] = json_text(value);
  }
  return {};
}

namespace {

namespace fs = std::filesystem;

constexpr const char* k_folder = ".devcontainer";
constexpr const char* k_file = "devcontainer.json";
constexpr std::size_t k_most_named = 100;

bool is_there(const fs::path& path) {
  std::error_code ignored;  // what we may not look at does not exist for us
  return fs::exists(path, ignored);
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

// .devcontainer/NAME/devcontainer.json, by name.
std::vector<fs::path> named_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code problem;
  for (fs::directory_iterator at(folder / k_folder, problem), end; !problem && at != end && files.size() < k_most_named;
       at.increment(problem)) {
    if (is_there(at->path() / k_file)) files.push_back(at->path() / k_file);
  }
  std::ranges::sort(files);
  return files;
}

std::string shown(const fs::path& path) { return printable(path.string(), 400); }

Result<fs::path> file_in(const fs::path& folder) {
  for (const fs::path& file : {folder / k_folder / k_file, folder / ".devcontainer.json", folder / k_file}) {
    if (is_there(file)) return file;
  }
  const auto files = named_files(folder);
  if (files.size() == 1) return files.front();
  if (files.empty()) {
    return fail(ErrorCode::config_unreadable, shown(folder), "no devcontainer.json is in this folder",
                "name the file itself, or a folder with .devcontainer/devcontainer.json");
  }
  std::string all;
  for (const fs::path& file : files) all += (all.empty() ? "" : ", ") + shown(file.lexically_relative(folder));
  return fail(ErrorCode::config_unreadable, shown(folder), "it has more than one: " + all,
              "name the one that is meant");
}

// The folder that ".devcontainer" is in.
fs::path workspace_of(const fs::path& file) {
  const fs::path folder = file.parent_path();
  if (folder.filename() == k_folder) return folder.parent_path();
  if (folder.parent_path().filename() == k_folder) return folder.parent_path().parent_path();
  return folder;
}

}  // namespace

Result<DevcontainerFile> open_devcontainer(FileStore& files, const fs::path& path) {
  fs::path file = path;
  if (is_folder(path)) {
    HELPER_TRY_ASSIGN(file, file_in(path));
  }
  auto text = files.read(file);
  if (!text) return fail(ErrorCode::config_unreadable, text.error().thing, text.error().cause, text.error().fix);
  if (!*text)
    return fail(ErrorCode::config_unreadable, shown(file), "there is no such file", "name another devcontainer.json");
  return DevcontainerFile{file, workspace_of(file), std::move(**text)};
}

}  // namespace helper::config
