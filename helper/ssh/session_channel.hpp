// SessionChannel is one command that runs on a SharedSession, on a channel of its own, from its start to its end. It
// belongs to one thread at a time. What takes a turn needs one of its session.
#pragma once

#include "ssh/exchange.hpp"
#include "ssh/shared_session.hpp"

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include <optional>
#include <string>
#include <string_view>

namespace helper::ssh {

class SessionChannel {
 public:
  using Turn = SharedSession::Turn;
  // The session outlives it.
  explicit SessionChannel(SharedSession& shared);
  ~SessionChannel();  // without a turn
  SessionChannel(const SessionChannel&) = delete;
  SessionChannel& operator=(const SessionChannel&) = delete;

  enum class Start {
    running,
    no_room,  // the server opens no more channels in this session now (sshd's MaxSessions)
    refused,  // it runs no commands
    gave_up,  // the limit passed, or a stop was requested
    lost,     // the session is gone
  };
  // Runs `line` there; once, without a turn. trouble() is then what the server or libssh said.
  [[nodiscard]] Start start(const std::string& line, const Limit& limit);
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

  // Gives the turn away until there may be something new for this channel: from the server, or, if it
  // `wants_to_write`, room for that.
  void wait(Turn& turn, const Limit& limit, Milliseconds slice, bool wants_to_write) {
    turn.wait(limit, slice, wants_to_write ? nullptr : &news_);
  }
  // Gives all that has come to `exchange`, and gives the turn away while its sink works. False: the session is gone.
  [[nodiscard]] bool read(Turn& turn, Exchange& exchange);
  [[nodiscard]] bool can_write(const Turn& turn) const;
  // Sends some of `text`, and removes that from it, when it can write. False: the session is gone.
  [[nodiscard]] bool write(Turn& turn, std::string_view& text);
  void send_eof(Turn& turn);
  void close(Turn& turn);
  // The server has closed it.
  [[nodiscard]] bool is_closed(const Turn& turn) const;
  // It sends no more output.
  [[nodiscard]] bool is_at_end(const Turn& turn) const;
  // As the server told it; 128 + n after signal n.
  [[nodiscard]] std::optional<int> exit_status(const Turn&) const { return exit_status_; }

 private:
  [[nodiscard]] static SessionChannel& self(void* user);  // of libssh's callbacks
  [[nodiscard]] Start fail_start(Turn& turn, int rc, Start otherwise);
  SharedSession& shared_;
  ssh_channel_callbacks_struct callbacks_{};
  ssh_channel channel_ = nullptr;
  bool is_opening_ = false;
  bool was_opened_ = false;
  bool news_ = false;  // something came for it since the last read() began
  std::optional<int> exit_status_;
  std::string trouble_;
};

}  // namespace helper::ssh
