// Line is one SSH session on the loop, with the connections that go through it.
#pragma once

#include "tunnel/link_policy.hpp"
#include "tunnel/loop.hpp"
#include "tunnel/way.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace helper::tunnel {

class Line : public std::enable_shared_from_this<Line> {
 public:
  // `ended` is called once, when the session is over, with the Line itself; it must not destroy it, but may post that.
  Line(Loop& loop, std::unique_ptr<ssh::Session> session, std::function<void(const Line&)> ended);

  void begin();
  [[nodiscard]] std::unique_ptr<FarEnd> open(const Leg& remote, const Endpoint& from, FarEvents events);
  void probe();
  [[nodiscard]] ssh::LinkHealth health() { return session_.health(); }
  [[nodiscard]] bool over() const { return session_.over(); }
  [[nodiscard]] const std::string& why() const { return session_.why(); }
  [[nodiscard]] const std::string& name() const { return session_.name(); }
  [[nodiscard]] std::size_t connections() const { return connections_; }
  // Whether the server will run one more command (a Pipe) in this session, as far as it has told.
  [[nodiscard]] bool takes_command() const { return commands_ < most_commands_; }
  // Breaks it off: its connections learn that it is lost, and why.
  void break_off(std::string why);

  Mood mood = Mood::calm;
  SteadyTime probed_at;
  SteadyTime began_at;
  SteadyTime replaced_at;
  bool doubted = false;  // it was replaced because it was silent

 private:
  friend class ChannelEnd;
  void touched();
  void pumped();
  Loop& loop_;
  std::function<void(const Line&)> ended_;
  ssh::ForwardSession session_;
  std::size_t connections_ = 0;
  std::size_t commands_ = 0;        // of the connections, those that are commands
  std::size_t most_commands_ = 10;  // sshd's MaxSessions, unless it is set (sshd_config(5)); learned from refusals
  bool ran_command_ = false;
  bool settle_due_ = false;
  bool told_ = false;
  Watch watch_;  // last: it goes before the session's socket
};

}  // namespace helper::tunnel
