#include "ssh/exit_status.hpp"

#include "base/shell.hpp"
#include "ssh/drive.hpp"
#include "ssh/native.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <memory>
#include <utility>

namespace helper::ssh {
namespace {

constexpr Milliseconds k_ending_limit{1'000};  // for the request to end what a given-up command left running

struct ChannelFree {
  void operator()(ssh_channel channel) const { ssh_channel_free(channel); }
};

}  // namespace

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

void end_process_group(Session& session, const std::string& group) {
  const bool is_number = !group.empty() && group.find_first_not_of("0123456789") == std::string::npos;
  if (!is_number || group == "0" || group == "1") return;
  const Session::Native& native = session.native();
  const Wire wire{native.session.get(), native.transport.get(), native.liveness_fd};
  const std::unique_ptr<ssh_channel_struct, ChannelFree> channel(ssh_channel_new(wire.session));
  if (!channel) return;
  const Limit limit(k_ending_limit, {});
  const std::string script = "exec >/dev/null 2>&1; kill -s TERM -- -" + group + "; sleep 2; kill -s KILL -- -" + group;
  const std::string line = "exec sh -c " + shell::quote(script);
  if (drive(wire, limit, SSH_AGAIN, [&] { return ssh_channel_open_session(channel.get()); }) != SSH_OK) return;
  static_cast<void>(
      drive(wire, limit, SSH_AGAIN, [&] { return ssh_channel_request_exec(channel.get(), line.c_str()); }));
}

}  // namespace helper::ssh
