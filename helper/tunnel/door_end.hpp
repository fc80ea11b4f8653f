// DoorEnd is the far end for an SshDoor: its address, until an SSH server greets there, or else its pipe. It
// is open once it was greeted, so a client notices nothing of a way that was given up.
#pragma once

#include "base/endpoint.hpp"
#include "tunnel/loop.hpp"
#include "tunnel/way.hpp"

#include <functional>
#include <memory>
#include <string>

namespace helper::tunnel {

// How long the address may take to greet: longer than slow links and busy servers take, shorter than clients' patience.
inline constexpr Milliseconds k_greeting_limit{4'000};

class DoorEnd final : public FarEnd {
 public:
  // `gave_up` is told once why the address was given up. Both outlive it: the loop and the way.
  DoorEnd(Loop& loop, Way& way, SshDoor door, Endpoint from, FarEvents events,
          std::function<void(const std::string& why)> gave_up);
  ~DoorEnd() override;
  DoorEnd(const DoorEnd&) = delete;
  DoorEnd& operator=(const DoorEnd&) = delete;

  [[nodiscard]] State state() const override;
  [[nodiscard]] std::string why() const override { return far_ ? far_->why() : why_; }
  [[nodiscard]] std::size_t room() const override { return greeted_ && far_ ? far_->room() : 0; }
  [[nodiscard]] std::size_t write(std::span<const char> bytes) override { return far_->write(bytes); }
  void send_eof() override { far_->send_eof(); }
  [[nodiscard]] bool ended() const override { return greeted_ && greeting_.empty() && far_ && far_->ended(); }
  void resume() override;
  [[nodiscard]] const FarEnd& inner() const override { return far_ ? far_->inner() : *this; }

 private:
  [[nodiscard]] FarEvents inner_events();
  void begin();
  std::size_t take(std::span<const char> bytes);
  void changed();
  void give_up(const std::string& why);
  void take_pipe();
  Loop& loop_;
  Way& way_;
  SshDoor door_;
  Endpoint from_;
  FarEvents events_;
  std::function<void(const std::string&)> gave_up_;
  std::shared_ptr<int> turn_;  // which inner end is listened to; events of one that was given up find another number
  std::unique_ptr<FarEnd> far_;
  std::string greeting_;  // its first bytes, until they were passed on
  std::string why_;       // there is no way
  bool greeted_ = false;
  bool is_wrong_ = false;  // the address is of no use, for this reason:
  std::string trouble_;
  Timer late_;
  Timer soon_;  // what must not be done deep inside the inner end
};

}  // namespace helper::tunnel
