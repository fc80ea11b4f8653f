// LocalWay is the way to a server that is this machine itself: always up.
#pragma once

#include "tunnel/children.hpp"
#include "tunnel/loop.hpp"
#include "tunnel/way.hpp"

#include <memory>
#include <string>

namespace helper::tunnel {

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
