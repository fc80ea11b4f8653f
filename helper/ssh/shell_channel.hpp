// ShellChannel is one `sh` that stays open on a session: a script written to it costs one round trip, where an exec
// channel of its own costs two. Each script runs in a subshell, so that no exit, syntax error, cd or variable outlives
// it. One caller at a time; the session's other channels have theirs.
#pragma once

#include "base/command.hpp"
#include "base/process/process.hpp"
#include "ssh/session_channel.hpp"
#include "ssh/wait.hpp"

#include <memory>
#include <string>

namespace helper::ssh {

class ShellChannel {
 public:
  struct Opened {
    SessionChannel::Start how;
    Result<std::unique_ptr<ShellChannel>> shell;  // errors: server_command, server_unreachable, cancelled
  };
  // The session must outlive it.
  [[nodiscard]] static Opened open(SharedSession& session, const Limit& limit);

  // As CommandRunner::run. After an error look at health().
  [[nodiscard]] Result<CommandOutput> run(const Command& command, const std::stop_token& stop,
                                          const OutputSink& on_output, KeepOutput keep_output = KeepOutput::all);

  enum class Health {
    good,
    ended,  // this shell is of no more use; another can be opened on the session
    lost,   // the session is gone
  };
  [[nodiscard]] Health health() const { return health_; }
  // Between commands: health(), after a look at what the server has sent meanwhile.
  [[nodiscard]] Health look();

 private:
  using Turn = SharedSession::Turn;
  explicit ShellChannel(SharedSession& session) : session_(session), channel_(session) {}
  [[nodiscard]] Result<CommandOutput> shell_is_gone(Exchange& exchange, std::optional<int> status);
  [[nodiscard]] tl::unexpected<Error> link_is_lost(const std::string& why);
  [[nodiscard]] tl::unexpected<Error> abandon(Turn& turn, const Exchange& exchange, Error error);

  SharedSession& session_;
  SessionChannel channel_;
  Health health_ = Health::good;
};

// Pure: what is written to the shell for one command. `begin` and `end` are the markers, free of quotes.
[[nodiscard]] std::string shell_text(const Command& command, const std::string& begin, const std::string& end);

}  // namespace helper::ssh
