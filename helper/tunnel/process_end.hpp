// ProcessEnd is a far end on this machine: the standard input and output of a command (a Pipe), for a server that is
// this machine itself.
#pragma once

#include "base/endpoint.hpp"
#include "base/fd.hpp"
#include "base/process/pipe_outcome.hpp"
#include "base/result.hpp"
#include "tunnel/children.hpp"
#include "tunnel/loop.hpp"
#include "tunnel/way.hpp"

#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>

namespace helper::tunnel {

class ProcessEnd final : public FarEnd {
 public:
  // Error: tunnel_failed.
  [[nodiscard]] static Result<std::unique_ptr<FarEnd>> start(Loop& loop, std::shared_ptr<Children> children,
                                                             const Pipe& pipe, FarEvents events);
  ~ProcessEnd() override;  // ends the command
  ProcessEnd(const ProcessEnd&) = delete;
  ProcessEnd& operator=(const ProcessEnd&) = delete;

  [[nodiscard]] State state() const override { return state_; }
  [[nodiscard]] std::string why() const override { return why_; }
  [[nodiscard]] std::size_t room() const override;
  [[nodiscard]] std::size_t write(std::span<const char> bytes) override;
  void send_eof() override;
  [[nodiscard]] bool ended() const override { return ended_; }
  void resume() override;

 private:
  // Our ends of what is the command's standard input, output and error.
  struct Ends {
    Fd in;
    Fd out;
    Fd err;
  };
  ProcessEnd(Loop& loop, std::shared_ptr<Children> children, std::string name, pid_t child, Ends ends,
             FarEvents events);
  void writable();
  void readable();
  void words_readable();
  void look_for_end();
  void output_ended();
  void judge(int exit_status);

  std::shared_ptr<Children> children_;
  std::string name_;
  pid_t child_;
  Ends ends_;
  FarEvents events_;
  State state_ = State::opening;
  std::string why_;
  LastWords last_words_;
  std::string unread_;  // read, and not taken by the sink yet; at most one read's worth
  bool blocked_ = false;
  bool unheard_ = false;  // the command reads no more: what is sent to it is dropped, as a shell's pipeline would
  bool eof_sent_ = false;
  bool spoke_ = false;
  std::optional<SteadyTime> output_ended_at_;
  bool ended_ = false;
  Milliseconds pause_;
  Timer look_;
  Watch in_watch_;  // these last: they go before the sockets
  Watch out_watch_;
  Watch err_watch_;
};

}  // namespace helper::tunnel
