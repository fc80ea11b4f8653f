// ShellChannel is one `sh` that stays open on a session: a script written to it costs one round trip, where an exec
// channel of its own costs two. Each script runs in a subshell, so that no exit, syntax error, cd or variable outlives
// it.
#pragma once

#include "base/command.hpp"
#include "base/process.hpp"
#include "ssh/native.hpp"
#include "ssh/wait.hpp"

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include <memory>
#include <string>

namespace helper::ssh {

struct Exchange;

class ShellChannel {
 public:
  // The session must outlive it. Errors: server_command, server_unreachable, cancelled.
  [[nodiscard]] static Result<std::unique_ptr<ShellChannel>> open(Session& session, const Limit& limit);
  ~ShellChannel();
  ShellChannel(const ShellChannel&) = delete;
  ShellChannel& operator=(const ShellChannel&) = delete;

  // As CommandRunner::run. After an error look at health().
  [[nodiscard]] Result<CommandOutput> run(const Command& command, const std::stop_token& stop,
                                          const OutputSink& on_output, KeepOutput keep_output = KeepOutput::all);

  enum class Health {
    good,
    ended,  // this shell is of no more use; another can be opened on the session
    lost,   // the session is gone
  };
  [[nodiscard]] Health health() const { return health_; }
  // Takes in what the server sent meanwhile; true when the session and the shell still stand, as far as anyone told us.
  [[nodiscard]] bool still_stands();
  // The peer has not been heard of for so long that it should be asked before something is trusted to it.
  [[nodiscard]] bool is_stale() const;

 private:
  ShellChannel(Session& session, ssh_channel channel);
  [[nodiscard]] bool write_some(std::string_view& text);
  [[nodiscard]] bool read_some(Exchange& exchange);
  [[nodiscard]] Result<CommandOutput> shell_is_gone(Exchange& exchange);
  [[nodiscard]] tl::unexpected<Error> link_is_lost(const std::string& why);
  [[nodiscard]] tl::unexpected<Error> abandon(const Exchange& exchange, Error error);
  [[nodiscard]] bool exit_is_known() const;

  struct ChannelFree {
    void operator()(ssh_channel channel) const { ssh_channel_free(channel); }
  };

  Session& session_;
  std::string ended_by_signal_;  // set by libssh when the server says so
  ssh_channel_callbacks_struct callbacks_{};
  std::unique_ptr<ssh_channel_struct, ChannelFree> channel_;
  Health health_ = Health::good;
  SteadyTime last_heard_;
};

// Pure: what is written to the shell for one command. `begin` and `end` are the markers, free of quotes.
[[nodiscard]] std::string shell_text(const Command& command, const std::string& begin, const std::string& end);

}  // namespace helper::ssh
