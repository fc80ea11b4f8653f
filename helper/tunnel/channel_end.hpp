// ChannelEnd is a far end on the server: a channel of a Line's session.
#pragma once

#include "ssh/forward_session.hpp"
#include "tunnel/line.hpp"
#include "tunnel/way.hpp"

#include <memory>
#include <string>

namespace helper::tunnel {

class ChannelEnd final : public FarEnd {
 public:
  ChannelEnd(const std::shared_ptr<Line>& line, std::unique_ptr<ssh::ForwardChannel> channel, bool is_command);
  ~ChannelEnd() override;
  [[nodiscard]] State state() const override;
  [[nodiscard]] std::string why() const override { return channel_->why(); }
  [[nodiscard]] std::size_t room() const override { return channel_->room(); }
  [[nodiscard]] std::size_t write(std::span<const char> bytes) override;
  void send_eof() override;
  [[nodiscard]] bool ended() const override { return channel_->ended(); }
  void resume() override;
  [[nodiscard]] std::shared_ptr<const Line> line() const { return line_.lock(); }

 private:
  void touched() const;
  [[nodiscard]] bool is_elsewhere() const;
  std::weak_ptr<Line> line_;
  std::unique_ptr<ssh::ForwardChannel> channel_;
  bool is_command_;
};

}  // namespace helper::tunnel
