#include "settings/ssh_hosts.hpp"

#include "base/process/process.hpp"
#include "settings/ssh_include.hpp"

#include <glob.h>
#include <set>

namespace helper::settings {
namespace {

namespace fs = std::filesystem;

constexpr int k_deepest = 16;  // OpenSSH's READCONF_MAX_DEPTH

std::vector<fs::path> matches_of(const fs::path& pattern) {
  glob_t found{};
  std::vector<fs::path> paths;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return paths;
}

bool says_something(FileStore& files, const fs::path& config, const fs::path& ours, const fs::path& home,
                    const std::string& name, int depth) {
  std::error_code absent;
  if (depth > k_deepest || fs::equivalent(config, ours, absent)) return false;
  const auto text = files.read(config);
  if (!text || !*text) return false;
  if (names_host(**text, name)) return true;
  for (const auto& pattern : includes_of(**text, home)) {
    for (const auto& file : matches_of(pattern)) {
      if (says_something(files, file, ours, home, name, depth + 1)) return true;
    }
  }
  return false;
}

// The command that makes the target ready and becomes the connection; none by records of before it was known.
std::vector<std::string> ensuring(const ide::Wanted& wanted) {
  if (wanted.helper.empty() || wanted.config_file.empty()) return {};
  return {wanted.helper, "connect", wanted.access.target, "--config", wanted.config_file};
}

}  // namespace

bool is_own_host(FileStore& files, const fs::path& config, const fs::path& ours, const fs::path& home,
                 const std::string& name) {
  return says_something(files, config, ours, home, name, 0);
}

ide::Keywords keywords_of_ssh() {
  const auto asked = run_process({ide::ask_keywords_argv(), {}, {}, Milliseconds(5'000)}, {});
  return asked && asked->exit_status != 0 ? ide::Keywords::of_before : ide::Keywords::all;
}

Result<std::string> hosts_text(const std::vector<Applied>& targets,
                               const std::function<bool(const std::string& name)>& is_taken, ide::Keywords keywords) {
  std::string text;
  std::set<std::string> seen;
  for (auto target = targets.rbegin(); target != targets.rend(); ++target) {
    const auto& access = target->wanted.access;
    if (!target->ssh || target->gone || !seen.insert(access.ssh_name).second) continue;
    const auto names =
        target->second_only || is_taken(access.ssh_name) ? ide::HostNames::second_only : ide::HostNames::both;
    auto block = ide::ssh_config_block(access, ensuring(target->wanted), names, keywords);
    // A path that ssh_config cannot hold is no reason to have no block.
    if (!block) block = ide::ssh_config_block(access, {}, names, keywords);
    if (!block) return fail(std::move(block).error());
    text +=
        (text.empty() ? "# Written by helper: `helper settings apply` and `undo` write it again.\n\n" : "\n") + *block;
  }
  return text;
}

}  // namespace helper::settings
