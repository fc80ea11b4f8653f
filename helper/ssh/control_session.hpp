// ControlSession is one session with a server on which several threads run commands at the same time: each in a shell
// that stays open for the next, or, when it is fed from a file, on a channel of its own. Commands beyond what the
// server takes at once wait their turn.
#pragma once

#include "ssh/shared_session.hpp"
#include "ssh/shell_channel.hpp"
#include "ssh/slots.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace helper::ssh {

class ControlSession {
 public:
  // A channel is opened within `open_limit`.
  ControlSession(std::unique_ptr<Session> session, Milliseconds open_limit);

  struct Ended {
    Result<CommandOutput> output;  // as CommandRunner::run
    bool began = true;             // else nothing of the command was sent
    bool full = false;             // since no place came free (timed_out)
  };
  // Waits for a place, within `patience`.
  [[nodiscard]] Ended run(const Command& command, const std::stop_token& stop, const OutputSink& on_output,
                          KeepOutput keep_output, Milliseconds patience);
  // It is of no more use.
  [[nodiscard]] bool lost() const { return lost_; }
  [[nodiscard]] bool has_room() const { return places_.has_room(); }
  // Commands that run now.
  [[nodiscard]] std::size_t running() const { return places_.taken(); }

 private:
  using Start = SessionChannel::Start;
  struct Taken {
    Slots::Place place;
    std::unique_ptr<ShellChannel> shell;
  };
  [[nodiscard]] Ended run_in_shell(const Command& command, const Limit& limit, const OutputSink& on_output,
                                   KeepOutput keep_output);
  [[nodiscard]] Ended run_fed(const Command& command, const Limit& limit, const OutputSink& on_output);
  [[nodiscard]] Ended not_begun(Error error) const;
  // A shell that answers, and the place for it.
  [[nodiscard]] Result<Taken> take_shell(const Limit& limit);
  [[nodiscard]] Result<Slots::Place> claim(const Limit& limit);
  [[nodiscard]] Result<std::unique_ptr<ShellChannel>> idle_shell();
  [[nodiscard]] Result<void> ask_for_life(ShellChannel& shell, const std::stop_token& stop);
  [[nodiscard]] bool may_get_room(Slots::Place place, int tries, const Limit& limit);
  [[nodiscard]] std::size_t idle_shells() const;
  [[nodiscard]] bool drop_idle_shell();
  [[nodiscard]] bool is_stale();
  void put_back(Taken taken);

  SharedSession shared_;
  Milliseconds open_limit_;
  Slots places_;
  std::atomic<bool> lost_ = false;
  std::atomic<bool> ran_ = false;  // so the server does take commands
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<ShellChannel>> idle_;
};

}  // namespace helper::ssh
