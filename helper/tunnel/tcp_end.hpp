// TcpEnd is a far end on this machine: a plain TCP connection, for a server that is this machine itself.
#pragma once

#include "base/fd.hpp"
#include "tunnel/loop.hpp"
#include "tunnel/way.hpp"

#include <memory>
#include <string>

namespace helper::tunnel {

class TcpEnd final : public FarEnd {
 public:
  // `socket` is a connection being made (begin_connect).
  TcpEnd(Loop& loop, Fd socket, FarEvents events);
  [[nodiscard]] State state() const override { return state_; }
  [[nodiscard]] std::string why() const override { return why_; }
  [[nodiscard]] std::size_t room() const override;
  [[nodiscard]] std::size_t write(std::span<const char> bytes) override;
  void send_eof() override;
  [[nodiscard]] bool ended() const override { return ended_; }
  void resume() override;

 private:
  void readable();
  void writable();
  void finish(State state, int error);
  Fd socket_;
  FarEvents events_;
  State state_ = State::opening;
  std::string why_;
  std::string unread_;  // read, and not taken by the sink yet; at most one read's worth
  bool blocked_ = false;
  bool ended_ = false;
  bool eof_sent_ = false;
  Watch watch_;  // last: it goes before the socket
};

}  // namespace helper::tunnel
