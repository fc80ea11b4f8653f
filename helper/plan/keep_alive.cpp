#include "plan/keep_alive.hpp"

#include "config/config.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace helper::plan {
namespace {

// The same for an image that has Python and no shell; ignoring SIGCHLD reaps orphans (wait(2)).
constexpr const char* k_wait_in_python =
    "import signal, sys\n"
    "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
    "for number in (signal.SIGTERM, signal.SIGINT):\n"
    "    signal.signal(number, lambda *_: sys.exit(0))\n"
    "while True:\n"
    "    signal.pause()";

constexpr std::array<std::string_view, 6> k_shells{"sh", "bash", "zsh", "dash", "fish", "ash"};
// Entry points that become the command they are given, and a shell or nothing when they are given none. Others of that
// kind may start a server of their own then, and are left to do so.
constexpr std::array<std::string_view, 5> k_hand_over{"tini", "tini-static", "dumb-init", "catatonit",
                                                      "nvidia_entrypoint.sh"};

std::string_view name_of(std::string_view program) { return program.substr(program.rfind('/') + 1); }

bool is_one_of(std::span<const std::string_view> names, std::string_view program) {
  return std::ranges::find(names, name_of(program)) != names.end();
}

// "python", "python3", "python3.11".
bool is_python(std::string_view program) {
  const std::string_view name = name_of(program);
  if (name == "ipython") return true;
  return name.starts_with("python") && name.find_first_not_of("0123456789.", 6) == std::string_view::npos;
}

bool is_interactive(const std::vector<std::string>& command) {
  return command.size() == 1 && (is_one_of(k_shells, command.front()) || is_python(command.front()));
}

bool hands_over(const std::vector<std::string>& entrypoint) {
  return is_one_of(k_hand_over, entrypoint.back() == "--" ? entrypoint.front() : entrypoint.back());
}

}  // namespace

std::optional<std::vector<std::string>> keep_alive_command(const config::ContainerConfig& container,
                                                           const Image& image) {
  if (container.command) return container.command;
  const bool names_a_command = !image.command.empty() && !is_interactive(image.command);
  if (names_a_command) return std::nullopt;
  if (is_interactive(image.entrypoint)) {
    if (is_python(image.entrypoint.front())) return std::vector<std::string>{"-c", k_wait_in_python};
    return std::vector<std::string>{"-c", config::k_wait};
  }
  if (!image.command.empty() || image.entrypoint.empty() || hands_over(image.entrypoint))
    return std::vector<std::string>{"sh", "-c", config::k_wait};
  return std::nullopt;
}

}  // namespace helper::plan
