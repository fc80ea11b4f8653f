// The ways from this machine to a server, and the far end of each connection that goes there. All of it lives on the
// loop's thread.
#pragma once

#include "base/endpoint.hpp"
#include "base/result.hpp"
#include "tunnel/children.hpp"
#include "tunnel/loop.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace helper::tunnel {

// FarEnd is the far side of one forwarded connection: a TCP socket of this machine, or a channel of an SSH session.
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
  // The end that does the work: another one when this one only passes it on.
  [[nodiscard]] virtual const FarEnd& inner() const { return *this; }
};

struct FarEvents {
  // Data from the far end: says how much of it was taken. Less than all means: nothing more until resume(). It must do
  // no more than pass bytes on, since it may run deep inside the far end's own library.
  std::function<std::size_t(std::span<const char>)> data;
  // state(), room() or ended() may have changed. Never called from inside a call to the far end.
  std::function<void()> changed;
};

// Way is how connections get from this machine to the server: straight to it when it is this machine, else by SSH.
class Way {
 public:
  virtual ~Way() = default;
  [[nodiscard]] virtual bool up() const = 0;
  // Why it is not up, in one sentence; "" while it is.
  [[nodiscard]] virtual std::string trouble() const = 0;
  // Begins a connection to `remote`, for a client at `from`. Only while up.
  [[nodiscard]] virtual Result<std::unique_ptr<FarEnd>> open(const Leg& remote, const Endpoint& from,
                                                             FarEvents events) = 0;
  // True when `far`, not open yet, should be opened again because a better line has come up since.
  [[nodiscard]] virtual bool outdated(const FarEnd& far) const = 0;
};

// LocalWay is the way to a server that is this machine itself: always up.

class LocalWay final : public Way {
 public:
  explicit LocalWay(Loop& loop) : loop_(loop), children_(std::make_shared<Children>(loop)) {}
  [[nodiscard]] bool up() const override { return true; }
  [[nodiscard]] std::string trouble() const override { return {}; }
  [[nodiscard]] Result<std::unique_ptr<FarEnd>> open(const Leg& remote, const Endpoint& from,
                                                     FarEvents events) override;
  [[nodiscard]] bool outdated(const FarEnd&) const override { return false; }

 private:
  Loop& loop_;
  std::shared_ptr<Children> children_;
};

}  // namespace helper::tunnel
