// ForwardSession is a connected Session that one event loop drives and that never waits, and ForwardChannel is one
// connection through it: a TCP connection that the server makes for us (direct-tcpip, RFC 4254, 7.2), or the standard
// input and output of a command that it runs (a Pipe). Both belong to the loop's thread.
#pragma once

#include "base/clock.hpp"
#include "base/endpoint.hpp"
#include "ssh/session.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace helper::ssh {

// How long the server has been silent towards us, in two ways.
struct LinkHealth {
  // Bytes of ours have gone unacknowledged by TCP for this long; 0 when none are due; nullopt when it cannot be known
  // (not Linux, or a proxy command carries the session). For a jump host it speaks of the first hop.
  std::optional<Milliseconds> unacked;
  // A probe, or anything asked after it, has gone unanswered by the SSH server itself for this long; 0 when none is
  // due.
  Milliseconds unanswered{0};
  Milliseconds round_trip{0};  // TCP's smoothed estimate; 0 when unknown
};

struct ChannelEvents {
  // Bytes from the server: says how many were taken. Less than all means: no more until resume(). It runs deep inside
  // libssh, so it may do no more than pass the bytes on, and must not touch the session or its channels.
  std::function<std::size_t(std::span<const char>)> data;
  // state(), room() or ended() may have changed. Called by ForwardSession::settle() only.
  std::function<void()> changed;
};

class ForwardChannel {
 public:
  enum class State { opening, open, refused, lost, closed };
  struct Native;
  explicit ForwardChannel(std::shared_ptr<Native> native);
  ~ForwardChannel();  // closes it; not from inside ChannelEvents::data
  ForwardChannel(const ForwardChannel&) = delete;
  ForwardChannel& operator=(const ForwardChannel&) = delete;

  [[nodiscard]] State state() const;
  // Why it was refused or lost: the server's or the command's own message where there is one.
  [[nodiscard]] const std::string& why() const;
  // Refused, since the server runs no more commands in this session (sshd's MaxSessions); in another it may.
  [[nodiscard]] bool no_room_for_it() const;
  // Bytes that write() takes now: bounded by the server's window, and 0 while the session has bytes to send.
  [[nodiscard]] std::size_t room() const;
  [[nodiscard]] std::size_t write(std::span<const char> bytes);
  void send_eof();
  // The server sends no more, and all that it sent was taken.
  [[nodiscard]] bool ended() const;
  void resume();

 private:
  std::shared_ptr<Native> native_;
};

class ForwardSession {
 public:
  // `session` has no channels of its own.
  explicit ForwardSession(std::unique_ptr<Session> session);
  ~ForwardSession();  // its channels are lost
  ForwardSession(const ForwardSession&) = delete;
  ForwardSession& operator=(const ForwardSession&) = delete;

  // Readable: call pump(). wants_write() and writable: call pump(). It stays the session's own.
  [[nodiscard]] int fd() const;
  [[nodiscard]] bool wants_write() const;
  // Reads and writes what the socket takes at once, and then settles.
  void pump();
  // Tells channels what has changed. After every call to a channel or to open(), in a later turn.
  void settle();
  // The session is over; why() tells.
  [[nodiscard]] bool over() const;
  [[nodiscard]] const std::string& why() const;
  // Declares it over, for this reason: the next settle() tells its channels.
  void give_up(std::string why);

  // Asks the server to connect to `remote`, or to run it, on behalf of a client at `from`.
  [[nodiscard]] std::unique_ptr<ForwardChannel> open(const Leg& remote, const Endpoint& from, ChannelEvents events);

  // Asks for a sign of life; health() then tells how long it is due.
  void probe();
  [[nodiscard]] LinkHealth health();
  [[nodiscard]] const std::string& name() const;

  struct Native;

 private:
  std::unique_ptr<Native> native_;
};

}  // namespace helper::ssh
