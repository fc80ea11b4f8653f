#include "engine/losses.hpp"

#include "base/sections.hpp"
#include "base/shell.hpp"
#include "base/text.hpp"
#include "engine/engine_cli.hpp"
#include "engine/scripts.hpp"

#include <algorithm>
#include <charconv>
#include <map>

namespace helper::engine {
namespace {

constexpr Milliseconds k_losses_limit = std::chrono::seconds(60);  // the engine counts the layer's files
constexpr std::size_t k_most_files = 8;
constexpr std::size_t k_max_shown = 120;  // bytes of a command line

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  return read.ec == std::errc() && read.ptr == end && value >= 0 ? std::optional(value) : std::nullopt;
}

std::string shown(std::string_view text) { return printable(text, k_max_shown); }

// Programs of ours, and the one that only keeps a container up.
bool is_housekeeping(std::string_view command) {
  return command.find("/dev/helper/") != std::string_view::npos ||
         command.find("sleep 86400") != std::string_view::npos;
}

// What helper wrote itself is not a loss.
std::vector<std::string> shown_files(std::vector<std::string> diff) {
  std::erase_if(diff, [](const auto& line) { return line.ends_with(" /etc/profile.d/helper.sh"); });
  auto files = plan::telling_files(diff, k_most_files);
  for (auto& file : files) file = shown(file);
  return files;
}

}  // namespace

std::string losses_script(const EngineCli& cli, const std::string& container, const std::string& nonce) {
  return script_begin(nonce) + k_engine_path + "\n" + shell::assign("engine", cli.program) +
         shell::assign("container", container) + std::string(scripts::losses);
}

plan::Losses read_losses(std::string_view text, const std::string& nonce) {
  const auto sections = parse_sections(text, nonce);
  plan::Losses losses;
  if (const auto size = lines_of(sections, "size"); !size.empty()) losses.bytes = whole_number(size.front());
  auto diff = lines_of(sections, "diff");
  if (!diff.empty()) {
    losses.changes = static_cast<int>(std::min<std::int64_t>(whole_number(diff.back()).value_or(0), 100'000'000));
    diff.pop_back();
  }
  losses.files = shown_files(diff);
  std::map<std::string, std::string> by_pid;
  for (const auto& line : lines_of(sections, "processes")) {
    const auto digits = line.find_first_not_of(' ');
    const auto space = line.find(' ', digits);
    if (digits == std::string::npos || space == std::string::npos || !whole_number(line.substr(digits, space - digits)))
      continue;
    const std::string command = line.substr(line.find_first_not_of(' ', space));
    by_pid[line.substr(digits, space - digits)] = command;
    if (!is_housekeeping(command)) losses.processes.push_back(shown(command));
  }
  for (const auto& line : lines_of(sections, "gpu_jobs")) {
    if (by_pid.contains(line.substr(0, line.find(',')))) losses.gpu_jobs.push_back(shown(line));
  }
  return losses;
}

Result<plan::Losses> look_at_losses(CommandRunner& server, const EngineCli& cli, const std::string& container,
                                    const std::stop_token& stop) {
  const std::string nonce = make_nonce();
  HELPER_TRY_ASSIGN(const auto output, server.run({losses_script(cli, container, nonce),
                                                   {},
                                                   k_losses_limit,
                                                   {},
                                                   "sh (what would be lost with container " + container + ")"},
                                                  stop));
  return read_losses(output.out, nonce);
}

}  // namespace helper::engine
