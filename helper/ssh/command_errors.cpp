#include "ssh/command_errors.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <utility>

namespace helper::ssh {

int status_of_signal(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, int>, 13> k_signals{{{"ABRT", SIGABRT},
                                                                        {"ALRM", SIGALRM},
                                                                        {"FPE", SIGFPE},
                                                                        {"HUP", SIGHUP},
                                                                        {"ILL", SIGILL},
                                                                        {"INT", SIGINT},
                                                                        {"KILL", SIGKILL},
                                                                        {"PIPE", SIGPIPE},
                                                                        {"QUIT", SIGQUIT},
                                                                        {"SEGV", SIGSEGV},
                                                                        {"TERM", SIGTERM},
                                                                        {"USR1", SIGUSR1},
                                                                        {"USR2", SIGUSR2}}};
  const auto* row = std::ranges::find(k_signals, name, &std::pair<std::string_view, int>::first);
  return row == k_signals.end() ? 255 : 128 + row->second;
}

}  // namespace helper::ssh
