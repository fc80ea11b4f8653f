// Forward is one forwarded connection: a client's socket on this machine, and the far end that it goes to. Bytes go
// both ways with back-pressure and half close; nothing is kept here but what one write left over.
#pragma once

#include "base/endpoint.hpp"
#include "base/fd.hpp"
#include "tunnel/loop.hpp"
#include "tunnel/way.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace helper::tunnel {

class Forward {
 public:
  enum class Phase {
    waiting,  // for a far end
    opening,  // its far end is not open yet: nothing was read from the client so far, another far end would do as well
    open,
    done,
  };
  // `moved_on` is called whenever phase() has changed; it must not destroy the Forward, but may post that.
  Forward(Loop& loop, Fd client, Endpoint from, std::function<void()> moved_on);
  ~Forward();
  Forward(const Forward&) = delete;
  Forward& operator=(const Forward&) = delete;

  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] const Endpoint& from() const { return from_; }
  // Why it is done, or waiting again: "" after a normal end.
  [[nodiscard]] const std::string& why() const { return why_; }
  [[nodiscard]] const FarEnd* far() const { return far_.get(); }
  // The far end was open and ended by itself, first, without a byte: a port may be published that nobody serves.
  [[nodiscard]] bool unanswered() const { return unanswered_; }
  // Towards the far end, and from it.
  [[nodiscard]] std::uint64_t bytes_out() const { return bytes_out_; }
  [[nodiscard]] std::uint64_t bytes_in() const { return bytes_in_; }

  [[nodiscard]] FarEvents events();
  void attach(std::unique_ptr<FarEnd> far);
  // Back to waiting.
  void detach();

 private:
  std::size_t deliver(std::span<const char> bytes);
  void advance();
  void client_readable();
  void client_writable();
  bool flush_left_over();
  void finish(std::string why, bool broken_off);
  Loop& loop_;
  Fd client_;
  Endpoint from_;
  std::function<void()> moved_on_;
  Phase phase_ = Phase::waiting;
  std::unique_ptr<FarEnd> far_;
  std::string why_;
  std::string left_over_;  // read from the client, not taken by the far end yet
  std::uint64_t bytes_out_ = 0;
  std::uint64_t bytes_in_ = 0;
  bool client_full_ = false;  // its socket took less than it was given
  bool client_broken_ = false;
  bool client_ended_ = false;  // it said end of file
  bool eof_sent_ = false;      // and so did we, to the far end
  bool far_ended_ = false;     // and the far end's was passed to the client
  bool unanswered_ = false;
  Watch watch_;  // last: it goes before the socket
};

}  // namespace helper::tunnel
