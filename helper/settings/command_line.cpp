#include "settings/command_line.hpp"

#include <algorithm>
#include <cerrno>
#include <signal.h>

#ifdef __APPLE__
#include "base/process.hpp"
#else
#include <fstream>
#include <iterator>
#endif

namespace helper::settings {
namespace {

#ifdef __APPLE__

std::optional<std::string> ask_the_system(int pid) {
  ProcessSpec spec;
  spec.argv = {"ps", "-p", std::to_string(pid), "-o", "stat=", "-o", "command="};
  const auto output = run_process(spec, {});
  if (!output) return std::string();
  const auto& text = output->out;
  if (text.empty() || text.front() == 'Z') return std::nullopt;
  return text;
}

#else

std::string all_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// proc(5): in "stat" the state follows the command's name, which stands in parentheses and may hold any character.
bool is_zombie(int pid) {
  const std::string stat = all_of("/proc/" + std::to_string(pid) + "/stat");
  const auto end = stat.rfind(')');
  return end != std::string::npos && end + 2 < stat.size() && (stat[end + 2] == 'Z' || stat[end + 2] == 'X');
}

std::optional<std::string> ask_the_system(int pid) {
  if (is_zombie(pid)) return std::nullopt;
  std::string words = all_of("/proc/" + std::to_string(pid) + "/cmdline");
  std::ranges::replace(words, '\0', ' ');
  return words;
}

#endif

}  // namespace

std::optional<std::string> command_line(int pid) {
  if (pid <= 0 || (::kill(pid, 0) != 0 && errno == ESRCH)) return std::nullopt;
  return ask_the_system(pid);
}

}  // namespace helper::settings
