// FarEnd is the far side of one forwarded connection: a TCP socket of this machine, or a channel of an SSH session.
// It lives on the loop's thread.
#pragma once

#include "base/endpoint.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace helper::tunnel {

class FarEnd {
 public:
  enum class State {
    opening,
    open,
    refused,  // what it was to reach did not take the connection; why() tells
    lost,     // the way to it broke; why() tells
    closed,   // it is over, and everything it sent was delivered
  };
  virtual ~FarEnd() = default;
  [[nodiscard]] virtual State state() const = 0;
  [[nodiscard]] virtual std::string why() const = 0;
  // How many bytes write() takes now; 0 until `changed` says that it may be more.
  [[nodiscard]] virtual std::size_t room() const = 0;
  // Takes up to room() bytes and says how many; it may be fewer.
  [[nodiscard]] virtual std::size_t write(std::span<const char> bytes) = 0;
  virtual void send_eof() = 0;
  // It will send nothing more, and everything it sent was delivered.
  [[nodiscard]] virtual bool ended() const = 0;
  // The sink, which took less than it was given, has room again.
  virtual void resume() = 0;
  // The end that it stands for: another one when it only passes on what that one does.
  [[nodiscard]] virtual const FarEnd& inner() const { return *this; }
};

struct FarEvents {
  // Data from the far end: says how much of it was taken. Less than all means: nothing more until resume(). It must do
  // no more than pass bytes on, since it may run deep inside the far end's own library.
  std::function<std::size_t(std::span<const char>)> data;
  // state(), room() or ended() may have changed. Never called from inside a call to the far end.
  std::function<void()> changed;
};

}  // namespace helper::tunnel
