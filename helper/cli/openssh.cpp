#include "cli/openssh.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"
#include "ide/ssh_config.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace helper::cli {
namespace {

struct RemotePlace {
  std::string target;
  std::string path;
};

std::optional<RemotePlace> remote_place(std::string_view place) {
  const auto colon = place.find(':');
  if (colon == std::string_view::npos || place.find('/') < colon) return std::nullopt;
  return RemotePlace{std::string(place.substr(0, colon)), std::string(place.substr(colon + 1))};
}

// scp takes "a:b" for a place elsewhere, and "-x" for an option.
std::string local_place(const std::string& path) { return path.front() == '/' ? path : "./" + path; }

// A folder that is not there leaves it at home.
std::string begin_in_project(const ide::Access& access) {
  if (access.project_remote.empty()) return {};
  const std::string folder = shell::quote(access.project_remote);
  return "test -d " + folder + " && cd " + folder + "; ";
}

// scp expands patterns in what it fetches: those that a person typed, and none in the config's folder.
std::string no_pattern(const std::string& folder) {
  std::string out;
  for (const char c : folder) {
    if (std::string_view("\\*?[]").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// Relative to the project's folder, as commands are; "~/x" is below the home folder, where scp begins by itself. With
// the slash a folder that is not there is an error of scp's, and no file of that name.
std::string in_project(const ide::Access& access, const Copy& copy) {
  const std::string& path = copy.remote;
  if (access.project_remote.empty() || path.starts_with('/') || path == "~") return path;
  if (path.starts_with("~/")) return path.size() == 2 ? "." : path.substr(2);
  return (copy.to_container ? access.project_remote : no_pattern(access.project_remote)) + "/" + path;
}

}  // namespace

Result<std::vector<std::string>> exec_argv(const ide::Access& access, const std::vector<std::string>& words,
                                           bool terminal) {
  HELPER_TRY_ASSIGN(auto argv, ide::ssh_run_argv(access));
  const std::string begin = begin_in_project(access);
  // With a terminal ssh says "Connection to 127.0.0.1 closed." at the end of each command; its errors still show.
  argv.insert(argv.begin() + 1, {"-o", "LogLevel=ERROR"});
  if (words.empty() && begin.empty()) return argv;
  argv.insert(argv.begin() + 1, terminal ? "-t" : "-T");
  const std::string line = begin + (words.empty() ? "exec $SHELL -l" : shell::quote(words));
  // ssh takes what begins with '-' for an option of its own, and so does the shell there.
  argv.push_back(line.starts_with('-') ? " " + line : line);
  return argv;
}

std::string script_there(const ide::Access& access, const std::string& file, const std::filesystem::path& folder) {
  if (access.project_local.empty() || access.project_remote.empty()) return file;
  const auto here = (folder / file).lexically_normal();
  const std::string below = here.lexically_relative(access.project_local).string();
  if (below.empty() || below == "." || below.starts_with("..")) return file;
  return access.project_remote + "/" + below;
}

Result<Copy> parse_copy(std::string_view from, std::string_view to) {
  const auto remote_from = remote_place(from);
  const auto remote_to = remote_place(to);
  if (remote_from.has_value() == remote_to.has_value()) {
    return fail(ErrorCode::usage, "helper cp",
                remote_from ? "both places are in a container" : "neither place is in a container",
                "write one of them as TARGET:PATH; all about it: helper cp --help");
  }
  const RemotePlace& remote = remote_from ? *remote_from : *remote_to;
  return Copy{remote.target, remote.path, std::string(remote_from ? to : from), remote_to.has_value()};
}

Result<std::vector<std::string>> copy_argv(const ide::Access& access, const Copy& copy, bool quiet) {
  HELPER_TRY_ASSIGN(const auto options, ide::ssh_options(access));
  std::vector<std::string> argv{"scp", "-r", "-P", std::to_string(access.port)};
  if (quiet) argv.emplace_back("-q");
  argv.insert(argv.end(), options.begin(), options.end());
  const auto fixed = ide::fixed_options(access, ide::Program::scp);
  argv.insert(argv.end(), fixed.begin(), fixed.end());
  argv.emplace_back("--");
  std::string remote = access.user + "@" + access.host + ":" + in_project(access, copy);
  std::string local = local_place(copy.local);
  argv.push_back(copy.to_container ? local : remote);
  argv.push_back(copy.to_container ? std::move(remote) : std::move(local));
  return argv;
}

Result<std::vector<std::string>> copy_settings_argv(const ide::Access& access) {
  HELPER_TRY_ASSIGN(const auto options, ide::ssh_options(access));
  std::vector<std::string> argv{"ssh", "-G", "-p", std::to_string(access.port)};
  argv.insert(argv.end(), options.begin(), options.end());
  const auto fixed = ide::fixed_options(access, ide::Program::scp);
  argv.insert(argv.end(), fixed.begin(), fixed.end());
  argv.push_back(access.user + "@" + access.host);
  return argv;
}

bool names_session_type(std::string_view settings) {
  constexpr std::string_view k_key = "sessiontype ";
  return std::ranges::any_of(split(settings, '\n'), [&](std::string_view line) {
    return line.starts_with(k_key) && line.substr(k_key.size()) != "default";
  });
}

}  // namespace helper::cli
